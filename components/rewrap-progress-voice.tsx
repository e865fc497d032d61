import { hasEnded } from "#lib/domain/job.ts";
import { JOB_WORDS } from "./job-words.ts";
import { rewrapStatusWord } from "./rewrap-status.tsx";
import type { RewrapJobView } from "./rewrap-view.ts";
import { formatCount, percentOf } from "./ui/format.ts";
import { LiveRegion } from "./ui/live-region.tsx";

const STEP = 10;

/** Tells a screen reader of each tenth and each change of status, and of nothing between. */
export const RewrapProgressVoice = ({ job }: { job: RewrapJobView }) => {
  const step = Math.floor(percentOf(job.processed, job.total) / STEP) * STEP;
  const failures = hasEnded(job.status) && job.failed > 0 ? `, ${formatCount(job.failed)} failed` : "";
  return (
    <LiveRegion
      message={`${JOB_WORDS[job.mode].noun} ${rewrapStatusWord(job.status).toLowerCase()}, ${step} %${failures}`}
    />
  );
};
