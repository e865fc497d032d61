"use client";

import { NoticePage } from "./notice-page.tsx";
import { Button } from "./ui/button.tsx";
import { buttonClass } from "./ui/button-class.ts";
import { Copyable } from "./ui/copyable.tsx";

const digestOf = (error: unknown): string | undefined =>
  error instanceof Error && "digest" in error && typeof error.digest === "string" ? error.digest : undefined;

/** An unexpected failure of a page: no detail of it, the reference to quote, and a way on. */
export const ErrorNotice = ({ error, retry }: { error: unknown; retry: () => void }) => {
  const reference = digestOf(error);
  return (
    <NoticePage
      code="INTERNAL"
      title="This page could not be shown"
      actions={
        <>
          <Button variant="primary" onClick={retry}>
            Try again
          </Button>
          {/* A full load, since what failed may be the client's own state. */}
          {/* oxlint-disable-next-line nextjs/no-html-link-for-pages */}
          <a href="/" className={buttonClass({ variant: "secondary" })}>
            Go to the overview
          </a>
        </>
      }
    >
      <p role="alert">
        Something failed on our side. Try again; if it stays, quote the reference to whoever runs Keyfold.
      </p>
      {reference ? (
        <p className="mt-2 flex flex-wrap items-center gap-x-2">
          Reference <Copyable value={reference} label="reference" />
        </p>
      ) : null}
    </NoticePage>
  );
};
