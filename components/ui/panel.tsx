import type { ReactNode } from "react";
import { cn } from "./cn.ts";

type PanelProps = { title?: ReactNode; live?: boolean; className?: string; children: ReactNode };

/** The one boxed thing of a page, for what is live. */
export const Panel = ({ title, live = false, className, children }: PanelProps) => (
  <section
    className={cn(
      "grid grid-cols-1 content-start gap-3 rounded border border-line bg-surface p-5",
      className,
    )}
  >
    {title || live ? (
      <div className="flex items-baseline justify-between gap-4">
        {title ? <h2 className="min-w-0 text-heading">{title}</h2> : null}
        {live ? <span className="text-micro text-active">Live</span> : null}
      </div>
    ) : null}
    {children}
  </section>
);
