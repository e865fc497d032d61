import type { ReactNode } from "react";

type EmptyStateProps = { title: string; actions?: ReactNode; children?: ReactNode };

/** Nothing here yet, and what to do about it. */
export const EmptyState = ({ title, actions, children }: EmptyStateProps) => (
  <div className="grid justify-items-start gap-2 border-y border-dashed border-line-strong py-8">
    <p className="text-heading">{title}</p>
    {children ? <div className="max-w-prose text-muted">{children}</div> : null}
    {actions ? <div className="mt-2 flex flex-wrap gap-2">{actions}</div> : null}
  </div>
);
