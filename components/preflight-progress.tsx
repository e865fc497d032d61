import type { PreflightView } from "#lib/domain/preflight.ts";
import { STEP_TITLES } from "./preflight-steps.tsx";
import { ProgressBar } from "./ui/progress-bar.tsx";

/** How far a test is, while it runs: which step is tried, of how many. */
export const PreflightProgress = ({ test }: { test: PreflightView }) => {
  const { steps, finishedAt } = test;
  const ended = steps.filter(({ state }) => state !== "waiting" && state !== "running").length;
  const running = steps.find(({ state }) => state === "running");
  return (
    <div className="grid max-w-xl gap-1.5">
      {finishedAt === null ? (
        <ProgressBar label="Steps of the test that ended" done={ended} total={steps.length} />
      ) : null}
      {/* It stands there from the start, so that each step is read out as it is tried. */}
      <output className="text-muted empty:hidden">
        {finishedAt === null
          ? `Step ${Math.min(ended + 1, steps.length)} of ${steps.length}${running ? `: ${STEP_TITLES[running.name]}` : ""}`
          : ""}
      </output>
    </div>
  );
};
