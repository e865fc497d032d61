"use client";

import { CodeSample } from "#components/ui/code-sample.tsx";
import { Mark } from "#components/ui/mark.tsx";
import { plural } from "#components/ui/format.ts";
import type { ConnectionView } from "#lib/domain/connection-view.ts";
import type { PreflightWarning } from "#lib/domain/preflight.ts";
import { mendOf } from "./warning-mends.ts";

type PreflightWarningsProps = { connection: ConnectionView; warnings: readonly PreflightWarning[] };

/** What the newest test found too broad or unsafe, whether or not it passed, each with what takes it away. */
export const PreflightWarnings = ({ connection, warnings }: PreflightWarningsProps) => {
  if (warnings.length === 0) return null;
  return (
    <div className="grid gap-2">
      <h3 className="font-medium">{plural(warnings.length, "warning")}: what is unsafe or too broad</h3>
      <ul aria-label="Warnings" className="grid border-t border-line">
        {warnings.map(({ code, sentence }) => {
          const mend = mendOf(connection, code);
          return (
            <li key={code} className="grid gap-1.5 border-b border-line py-2.5">
              <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
                <p>{sentence}</p>
                <Mark shape="triangle" tone="pending">
                  <span className="font-mono">{code}</span>
                </Mark>
              </div>
              {mend?.after ? <p className="text-muted">{mend.after}</p> : null}
              {mend?.code ? <CodeSample code={mend.code} label={`What to change: ${code}`} wrap /> : null}
            </li>
          );
        })}
      </ul>
    </div>
  );
};
