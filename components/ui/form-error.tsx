"use client";

import { type ReactNode, useEffect, useRef } from "react";
import { Copyable } from "./copyable.tsx";

type FormErrorProps = { code?: string | undefined; requestId?: string | undefined; children: ReactNode };

/** The error of a whole form. It takes the focus when it appears, so that it is read and seen. */
export const FormError = ({ code, requestId, children }: FormErrorProps) => {
  const ref = useRef<HTMLParagraphElement>(null);
  const present = Boolean(children);
  useEffect(() => {
    if (present) ref.current?.focus();
  }, [present, children]);
  if (!present) return null;
  return (
    <div className="rounded border border-danger bg-danger-wash px-3 py-2 text-danger outline-offset-2 outline-focus has-[p:focus-visible]:outline-2">
      <p ref={ref} role="alert" tabIndex={-1} className="outline-none">
        {children}
      </p>
      {code || requestId ? (
        <p className="mt-1 flex flex-wrap gap-x-3 text-micro">
          {code ? <span className="font-mono">{code}</span> : null}
          {requestId ? <Copyable value={requestId} label="request id" /> : null}
        </p>
      ) : null}
    </div>
  );
};
