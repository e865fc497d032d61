/** The states of a rewrap job (claims D23 and D24). */
export const JOB_STATUSES = [
  "queued",
  "running",
  "paused",
  "waiting",
  "finishing",
  "completed",
  "completed_with_failures",
  "cancelled",
  "failed",
] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** States in which a job still holds its key. */
export const OPEN_JOB_STATUSES = [
  "queued",
  "running",
  "paused",
  "waiting",
  "finishing",
] as const satisfies readonly JobStatus[];

export const hasEnded = (status: JobStatus): boolean =>
  !(OPEN_JOB_STATUSES as readonly JobStatus[]).includes(status);

/** What a person may ask of a job, and the states it may be in for that. */
export const JOB_REQUESTS = {
  pause: { from: ["queued", "running", "waiting", "finishing"], to: "paused" },
  resume: { from: ["paused"], to: "queued" },
  cancel: { from: ["queued", "running", "waiting", "paused", "finishing"], to: "cancelled" },
} as const satisfies Record<string, { from: readonly JobStatus[]; to: JobStatus }>;
export type JobRequest = keyof typeof JOB_REQUESTS;

/** The job object of the API and the command line. Counts are DEKs, times RFC 3339. */
export type Job = {
  id: string;
  tenant: string;
  key: string;
  mode: "rewrap" | "re-encrypt";
  status: JobStatus;
  total: number;
  processed: number;
  failed: number;
  percent: number;
  rate_per_second: number;
  eta_seconds: number | null;
  started_at: string | null;
  completed_at: string | null;
};

/** A job as the console and the command line show it. */
export type JobView = Job & {
  /** The version that every DEK is moved to. */
  target_version: number;
  /** DEKs per second at most; null is as fast as it goes. */
  max_rate: number | null;
  /** Why a waiting or failed job does not go on. */
  wait_code: string | null;
  created_at: string;
  /** How many DEKs could not be moved, by the code of the reason. */
  failures: { code: string; count: number }[];
};
