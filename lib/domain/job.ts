/** The states of a job (claims D23 and D24). */
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
  retry: { from: ["completed_with_failures"], to: "queued" },
} as const satisfies Record<string, { from: readonly JobStatus[]; to: JobStatus }>;
export type JobRequest = keyof typeof JOB_REQUESTS;

/** Two kinds of job: the same DEKs under a newer version, or new DEKs and new ciphertext. */
export const JOB_MODES = ["rewrap", "re-encrypt"] as const;
export type JobMode = (typeof JOB_MODES)[number];

/** Percent of what the foreground leaves free. */
export const JOB_INTENSITIES = [25, 50, 100] as const;
export type JobIntensity = (typeof JOB_INTENSITIES)[number];

/** All failures of a job, where the code of one group could stand. */
export const EVERY_CODE = "*";

/** How many DEKs stand under a version. */
export type VersionCount = { version: number; deks: number };

/** Milliseconds that requests of one kind took; null where none were made. */
export type Latency = { p50: number; p99: number } | null;
/** What a keeper measured of reads and writes beside a job. */
export type JobLatency = {
  before: { read: Latency; write: Latency };
  during: { read: Latency; write: Latency };
};

/** The job object of the API and the command line. Counts are DEKs, times RFC 3339. */
export type Job = {
  id: string;
  tenant: string;
  key: string;
  mode: JobMode;
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
  intensity: JobIntensity;
  /** Of `processed`: moved by the job, and found current or gone. */
  moved: number;
  skipped: number;
  versions_before: VersionCount[] | null;
  versions_after: VersionCount[] | null;
  kms_calls: number;
  latency: JobLatency | null;
  /** How many DEKs could not be moved, by the code of the reason. */
  failures: JobFailures[];
};

/** The failures of one cause: when the first and the last came, and some of the records. */
export type JobFailures = { code: string; count: number; first: string; last: string; samples: string[] };

/** The job object of the API and the command line: these fields and no others (claim D24). */
export const toJob = (job: JobView): Job => ({
  id: job.id,
  tenant: job.tenant,
  key: job.key,
  mode: job.mode,
  status: job.status,
  total: job.total,
  processed: job.processed,
  failed: job.failed,
  percent: job.percent,
  rate_per_second: job.rate_per_second,
  eta_seconds: job.eta_seconds,
  started_at: job.started_at,
  completed_at: job.completed_at,
});
