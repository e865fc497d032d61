"use client";

import { STEP_TITLES } from "#components/preflight-steps.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { PreflightView } from "#lib/domain/preflight.ts";

const endOf = ({ passed, steps }: PreflightView): string => {
  if (passed === null) return "not ended";
  if (passed) return "passed";
  const failed = steps.find(({ state }) => state === "failed");
  return failed ? `failed at “${STEP_TITLES[failed.name]}”` : "failed";
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
