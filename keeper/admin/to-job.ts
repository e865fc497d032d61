import type { Job, JobView } from "#lib/domain/job.ts";

/** The job object of the API, and nothing beside it. */
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
