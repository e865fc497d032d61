"use client";

import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { PreflightView } from "#lib/domain/preflight.ts";

const endOf = ({ passed, steps }: PreflightView): string => {
  if (passed === null) return "not ended";
  if (passed) return "passed";
  return `failed at ${steps.find(({ state }) => state === "failed")?.name ?? "a step"}`;
};

/** How fast the newest test's calls were, and how those before it ended. */
export const PastTests = ({ tests, now }: { tests: readonly PreflightView[]; now: string }) => {
  const [newest, ...earlier] = tests;
  if (!newest) return null;
  return (
    <div className="grid gap-1.5">
      {newest.p50Ms === null ? null : (
        <p className="text-muted">
          Half of its calls took at most {Math.round(newest.p50Ms)} ms, 95 of 100 at most{" "}
          {Math.round(newest.p95Ms ?? 0)} ms.
        </p>
      )}
      <p className="text-muted">
        Tested <RelativeTime at={newest.startedAt} now={now} />
        {earlier.length === 0 ? "." : "; before that:"}
      </p>
      <ul className="text-muted">
        {earlier.map((test) => (
          <li key={test.id}>
            <RelativeTime at={test.startedAt} now={now} />: {endOf(test)}
          </li>
        ))}
      </ul>
    </div>
  );
};
