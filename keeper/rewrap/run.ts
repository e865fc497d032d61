import type { HeldJob } from "#db/queries/rewrap-lease.ts";
import { lockJob } from "#db/queries/rewrap-lease.ts";
import type { JobScope } from "#db/queries/rewrap-scope.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import type { JobLatency } from "#lib/domain/job.ts";
import type { KmsCalls } from "../keys/kms-calls.ts";
import type { EventMeta } from "#lib/services/audit/write-event.ts";
import type { Engine } from "./engine.ts";
import { Blocked, Halt } from "./halt.ts";
import type { Pacer } from "./pacer.ts";
import type { Throttle } from "./throttle.ts";
import type { RateMeter } from "./rate-meter.ts";

/** A job in the hands of this keeper. */
export type Run = {
  engine: Engine;
  tenantId: TenantId;
  jobId: string;
  /** The request id of this run in events and logs. */
  req: string;
  meta: EventMeta;
  /** Ends the run: the keeper closes, or the lease was lost. */
  signal: AbortSignal;
  pacer: Pacer;
  throttle: Throttle;
  /** What other requests took before the job and since it works. */
  latency: () => JobLatency;
  kmsCalls: KmsCalls;
  rate: RateMeter;
  /** DEKs in the next batch: fewer after a foreground write was in the way. */
  batch: number;
};

/** What the batches of a run work on until something changes. */
export type RunTarget = JobScope & { keyName: string };

export const jobTarget = (run: Pick<Run, "jobId">) => ({ type: "rewrap_job" as const, id: run.jobId });

/**
 * Locks the job and makes sure that this keeper may go on with it.
 *
 * @throws `Halt` when it may not, `Blocked` when the key is suspended.
 */
export const holdJob = async (tx: TenantTx, run: Run): Promise<HeldJob> => {
  const job = await lockJob(tx, run.jobId, run.engine.keeper.id);
  if (!job?.mine || !["queued", "running", "waiting", "finishing"].includes(job.status))
    throw new Halt("stopped");
  if (job.keyStatus === "suspended") throw new Blocked("KEY_SUSPENDED");
  run.pacer.limit(job.maxRate);
  run.throttle.setIntensity(job.intensity);
  return job;
};

/**
 * The same for a batch: the job must be at work, on the target that the batch was wrapped under.
 *
 * @throws `Halt`, `Blocked`
 */
export const holdForBatch = async (tx: TenantTx, run: Run, target: RunTarget): Promise<void> => {
  const job = await holdJob(tx, run);
  const atWork = job.status === "running" || job.status === "finishing";
  const sameTarget =
    job.targetVersion === target.targetVersion && job.currentVersion === target.targetVersion;
  if (!atWork || !sameTarget || job.keyStatus !== "enabled") throw new Halt("look-again");
};
