"use client";

import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { Copyable } from "./copyable.tsx";

type ErrorStateProps = {
  title?: string;
  code: string;
  message: string;
  requestId?: string | undefined;
  onRetry?: () => void;
  actions?: ReactNode;
};

/** A part of a page that failed: what happened in a sentence, its code, and the request id to quote. */
export const ErrorState = ({
  title = "This could not be shown",
  code,
  message,
  requestId,
  onRetry,
  actions,
}: ErrorStateProps) => (
  <div className="grid justify-items-start gap-2 border-y border-danger py-6">
    <p role="alert" className="grid gap-1">
      <span className="text-heading">{title}</span>
      <span className="max-w-prose text-muted">{message}</span>
    </p>
    <p className="flex flex-wrap items-center gap-x-4 text-muted">
      <span className="font-mono text-danger">{code}</span>
      {requestId ? (
        <span className="flex items-center gap-x-2">
          Request <Copyable value={requestId} label="request id" />
        </span>
      ) : null}
    </p>
    {onRetry || actions ? (
      <div className="mt-1 flex flex-wrap gap-2">
        {onRetry ? <Button onClick={onRetry}>Try again</Button> : null}
        {actions}
      </div>
    ) : null}
  </div>
);
