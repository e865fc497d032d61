import type { JobStatus } from "#lib/domain/job.ts";
import { type JobStanding, standingWords } from "./job-words.ts";
import { Mark, type MarkLook } from "./ui/mark.tsx";

const LOOKS: Readonly<Record<JobStatus, MarkLook & { word: string; title?: string }>> = {
  queued: { shape: "dashed", tone: "moving", word: "Queued" },
  running: { shape: "quarter", tone: "moving", word: "Running" },
  paused: { shape: "bars", tone: "idle", word: "Paused", title: "Reads keep working" },
  waiting: {
    shape: "broken",
    tone: "pending",
    word: "Waiting",
    title: "Goes on by itself when what it waits for is there",
  },
  finishing: {
    shape: "half",
    tone: "moving",
    word: "Finishing",
    title: "Waits until no older write can still be under way, then counts again",
  },
  completed: { shape: "disc", tone: "active", word: "Completed" },
  completed_with_failures: { shape: "triangle", tone: "danger", word: "Completed with failures" },
  cancelled: { shape: "slashed", tone: "gone", word: "Cancelled" },
  failed: { shape: "cross", tone: "danger", word: "Failed" },
};

export const rewrapStatusWord = (status: JobStatus): string => LOOKS[status].word;

export const RewrapStatusMark = ({ status }: { status: JobStatus }) => {
  const { word, ...look } = LOOKS[status];
  return <Mark {...look}>{word}</Mark>;
};

/** A job beside the state of its key or version: the state stays what it is. */
export const StandingMark = ({ job }: { job: JobStanding }) => {
  const { shape, tone } = LOOKS[job.status];
  return (
    <Mark shape={shape} tone={tone}>
      {standingWords(job)}
    </Mark>
  );
};
