import type { ReactNode } from "react";

type NoticePageProps = { code: string; title: string; actions?: ReactNode; children: ReactNode };

/** A page that has only something to say. It renders no `main`: inside the console there is one already. */
export const NoticePage = ({ code, title, actions, children }: NoticePageProps) => (
  <div className="grid max-w-xl grid-cols-1 content-start gap-3">
    <p className="font-mono text-muted">{code}</p>
    <h1 className="rule-double pb-3 text-title">{title}</h1>
    <div className="max-w-prose text-muted">{children}</div>
    {actions ? <div className="mt-3 flex flex-wrap gap-2">{actions}</div> : null}
  </div>
);
