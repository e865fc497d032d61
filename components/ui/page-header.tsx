import type { Route } from "next";
import Link from "next/link";
import type { ReactNode } from "react";
import { cn } from "./cn.ts";

type PageHeaderProps = {
  title: ReactNode;
  /** For a title that a machine made, as a key's name. */
  mono?: boolean;
  crumbs?: readonly { href: Route; label: string }[];
  /** One line of facts below the title. */
  meta?: ReactNode;
  actions?: ReactNode;
};

/** The heading of a page, over a double rule. */
export const PageHeader = ({ title, mono = false, crumbs = [], meta, actions }: PageHeaderProps) => (
  <header className="rule-double pb-4">
    {crumbs.length > 0 ? (
      <nav aria-label="Breadcrumb" className="mb-1">
        <ol className="flex flex-wrap gap-x-1.5 text-micro text-muted">
          {crumbs.map(({ href, label }, place) => (
            <li key={href} className="flex min-w-0 gap-x-1.5">
              <Link
                href={href}
                className="inline-flex min-h-6 min-w-0 items-center hover:text-ink hover:underline"
              >
                <span className="max-w-[24rem] truncate">{label}</span>
              </Link>
              {place < crumbs.length - 1 ? (
                <span aria-hidden="true" className="self-center">
                  /
                </span>
              ) : null}
            </li>
          ))}
        </ol>
      </nav>
    ) : null}
    <div className="flex flex-wrap items-end justify-between gap-x-8 gap-y-3">
      <div className="min-w-0">
        <h1 className={cn("line-clamp-3 text-title break-words", mono && "font-mono font-normal")}>
          {title}
        </h1>
        {meta ? (
          <div className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-1 text-muted">{meta}</div>
        ) : null}
      </div>
      {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
    </div>
  </header>
);
