import { setTimeout as sleep } from "node:timers/promises";
import type { HeldJob } from "#db/queries/rewrap-lease.ts";
import type { OpenChunk } from "#db/queries/rewrap-plan.ts";
import { findOpenChunks, isPlanned, peekVersion } from "#db/queries/rewrap-plan.ts";
import { markRunning } from "#db/queries/rewrap-status.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import { beginFinishing, failJob, finishJob, mayFinish } from "./finish-job.ts";
import { Halt } from "./halt.ts";
import { moveChunks } from "./move-chunks.ts";
import { openSource, openTarget } from "./open-keks.ts";
import { planJob } from "./plan-job.ts";
import { takeUpRetry } from "./retry.ts";
import type { Run } from "./run.ts";
import { holdJob, jobTarget } from "./run.ts";

const BARRIER_POLL_MS = 200;
const BUSY_MS = 100;

type State = HeldJob & { planned: boolean; open: OpenChunk[] };

const look = (run: Run): Promise<State> =>
  withTenant(run.engine.keeper.db, run.tenantId, async (tx) => {
    const job = await holdJob(tx, run);
    return {
      ...job,
      planned: await isPlanned(tx, run.jobId),
      open: await findOpenChunks(tx, run.jobId),
    };
  });

/** Opens what the next batch needs, so that a job which cannot go on does not say that it does. */
const openKeys = async (run: Run, job: State): Promise<void> => {
  const target = { ...job, targetVersion: job.currentVersion };
  await openTarget(run, target, 0);
  const [chunk] = job.open;
  if (!chunk || job.currentVersion !== job.targetVersion) return;
  const version = await withTenant(run.engine.keeper.db, run.tenantId, (tx) => peekVersion(tx, job, chunk));
  if (version !== null) await openSource(run, job, version);
};

const goOn = (run: Run): Promise<void> =>
  withTenant(run.engine.keeper.db, run.tenantId, async (tx) => {
    const job = await holdJob(tx, run);
    if (job.status !== "queued" && job.status !== "waiting") throw new Halt("look-again");
    await markRunning(tx, run.jobId, job.targetVersion);
    await writeEvents(tx, run.meta, [{ action: "rewrap.running", target: jobTarget(run), detail: {} }]);
  });

/** One step from the job's state to the next; true when the job has ended. */
const step = async (run: Run): Promise<boolean> => {
  const job = await look(run);
  if (job.keyStatus !== "enabled") {
    await failJob(run, "KEY_SHREDDED");
    return true;
  }
  if (job.status === "queued" || job.status === "waiting") await openKeys(run, job);
  if (job.retry !== null) await takeUpRetry(run);
  if (!job.planned || job.currentVersion !== job.targetVersion) await planJob(run, job);
  else if (job.status === "queued" || job.status === "waiting") await goOn(run);
  else if (job.open.length > 0) await moveChunks(run, job, job.open);
  else if (job.status === "running") await beginFinishing(run);
  else if (await mayFinish(run)) return finishJob(run);
  else await sleep(BARRIER_POLL_MS, undefined, { signal: run.signal }).catch(() => {});
  return false;
};

/**
 * Works on a job until it ends, is stopped or cannot go on. Everything it knows stands in the database: whoever takes
 * the job next goes on at the cursor.
 *
 * @throws `Blocked` when the job has to wait
 */
export const runJob = async (run: Run): Promise<void> => {
  for (;;) {
    if (run.signal.aborted) return;
    try {
      if (await step(run)) return;
    } catch (error) {
      if (!(error instanceof Halt)) throw error;
      if (error.reason === "stopped") return;
      if (error.reason === "busy") await sleep(BUSY_MS, undefined, { signal: run.signal }).catch(() => {});
    }
  }
};
