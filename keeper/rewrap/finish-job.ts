import { addChunks, countJob, planChunks } from "#db/queries/rewrap-plan.ts";
import { isBarrierPassed, markEnded, markFinishing } from "#db/queries/rewrap-status.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { ErrorCode } from "#lib/domain/errors.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import { Halt } from "./halt.ts";
import type { Run } from "./run.ts";
import { holdJob, jobTarget } from "./run.ts";

/** Every range is done: from here the job waits for the transactions that were open across the rotation. */
export const beginFinishing = (run: Run): Promise<void> =>
  withTenant(run.engine.keeper.db, run.tenantId, async (tx) => {
    const job = await holdJob(tx, run);
    if (job.status !== "running") throw new Halt("look-again");
    await markFinishing(tx, run.jobId);
    await writeEvents(tx, run.meta, [{ action: "rewrap.finishing", target: jobTarget(run), detail: {} }]);
  });

export const mayFinish = (run: Run): Promise<boolean> =>
  withTenant(run.engine.keeper.db, run.tenantId, (tx) => isBarrierPassed(tx, run.jobId));

/**
 * The last count. What it finds was written under an older version by a transaction that was open across the rotation:
 * it becomes further chunks. When it finds nothing but the failures on record, the job ends, in the same transaction.
 * Returns true when the job has ended.
 */
export const finishJob = (run: Run): Promise<boolean> =>
  withTenant(run.engine.keeper.db, run.tenantId, async (tx) => {
    const { status, keyId, currentVersion, targetVersion } = await holdJob(tx, run);
    if (status !== "finishing" || currentVersion !== targetVersion) throw new Halt("look-again");
    const scope = { keyId, targetVersion, exceptFailuresOf: run.jobId };
    const late = await planChunks(tx, scope, run.engine.sizes.chunk);
    if (late.length > 0) {
      await addChunks(tx, run.jobId, late);
      return false;
    }
    const { total, processed, failed } = await countJob(tx, run.jobId);
    const ended = failed > 0 ? "completed_with_failures" : "completed";
    await markEnded(tx, run.jobId, {
      status: ended,
      code: null,
      ratePerSecond: run.rate.perSecond() || null,
    });
    const detail = { status: ended, total, processed, failed, target_version: targetVersion };
    await writeEvents(tx, run.meta, [{ action: "rewrap.completed", target: jobTarget(run), detail }]);
    return true;
  });

/** The job can never end well: its key is being destroyed. */
export const failJob = (run: Run, code: ErrorCode): Promise<void> =>
  withTenant(run.engine.keeper.db, run.tenantId, async (tx) => {
    await holdJob(tx, run);
    await markEnded(tx, run.jobId, { status: "failed", code, ratePerSecond: null });
    const event = {
      action: "rewrap.failed" as const,
      target: jobTarget(run),
      outcome: "error" as const,
      detail: { code },
    };
    await writeEvents(tx, run.meta, [event]);
  });
