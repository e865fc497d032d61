import { count } from "#cli/shell/table.ts";
import type { JobView } from "#lib/domain/job.ts";

const wordsOf = (status: string): string => status.replaceAll("_", " ");

/** How far a job is, on one line. */
export const progressLine = (job: JobView): string => {
  const status = `${wordsOf(job.status)}${job.wait_code === null ? "" : ` (${job.wait_code})`}`;
  // Before it has started nothing is counted.
  if (job.started_at === null) return status;
  if (job.status === "completed" && job.total === 0) {
    return job.mode === "rewrap"
      ? `nothing to move: every DEK is on version ${job.target_version}`
      : "nothing to re-encrypt: there are no records";
  }
  return [
    status,
    `${count(job.processed)} of ${count(job.total)} DEKs (${Math.floor((job.processed / Math.max(1, job.total)) * 100)}%)`,
    ...(job.failed > 0 ? [`${count(job.failed)} failed`] : []),
    ...(job.status === "running" && job.rate_per_second > 0
      ? [`${count(Math.round(job.rate_per_second))}/s`]
      : []),
    ...(job.eta_seconds === null || job.eta_seconds === 0
      ? []
      : [`about ${count(Math.ceil(job.eta_seconds))} s left`]),
  ].join(", ");
};

/** A job in two lines or more: which, how far, and what could not be moved. */
export const jobText = (job: JobView): string =>
  [
    `${job.mode === "rewrap" ? "Rewrap" : "Re-encrypt"} ${job.id} of the key ${job.key} of ${job.tenant}, to version ${job.target_version}:`,
    `  ${progressLine(job)}`,
    ...job.failures.map(({ code, count: n }) => `  ${count(n)} could not be moved: ${code}`),
  ].join("\n");
