import { type ReactNode, useId } from "react";

type SectionProps = { title: ReactNode; description?: ReactNode; actions?: ReactNode; children: ReactNode };

/** A part of a page under its heading. No box: what is in it stands on the page. */
export const Section = ({ title, description, actions, children }: SectionProps) => {
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid min-w-0 content-start gap-2.5">
      <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-2">
        <h2 id={id} className="text-heading">
          {title}
        </h2>
        {actions ? <div className="flex flex-wrap gap-2">{actions}</div> : null}
      </div>
      {description ? <p className="max-w-prose text-muted">{description}</p> : null}
      {children}
    </section>
  );
};
