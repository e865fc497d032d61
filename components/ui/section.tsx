import type { ReactNode } from "react";

type SectionProps = { title: ReactNode; description?: ReactNode; actions?: ReactNode; children: ReactNode };

/** A part of a page under its heading. No box: what is in it stands on the page. */
export const Section = ({ title, description, actions, children }: SectionProps) => (
  <section className="grid min-w-0 grid-cols-1 content-start gap-2.5">
    <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-2">
      <h2 className="text-heading">{title}</h2>
      {actions ? <div className="flex flex-wrap gap-2">{actions}</div> : null}
    </div>
    {description ? <p className="max-w-prose text-muted">{description}</p> : null}
    {children}
  </section>
);
