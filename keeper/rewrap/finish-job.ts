import { countDeks } from "#db/queries/census.ts";
import { noteAllMoved } from "#db/queries/retire.ts";
import { addChunks, countJob, planChunks } from "#db/queries/rewrap-plan.ts";
import { isBarrierPassed, keepVersions, markEnded, markFinishing } from "#db/queries/rewrap-status.ts";
import { addKmsCalls } from "#db/queries/rewrap-lease.ts";
import { takeItsTime } from "#db/queries/rewrap-scope.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { EventDraft } from "#lib/domain/audit-catalogue.ts";
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
    const job = await holdJob(tx, run);
    const { status, mode, keyId, currentVersion, targetVersion } = job;
    if (status !== "finishing" || currentVersion !== targetVersion) throw new Halt("look-again");
    await takeItsTime(tx);
    const versions = await countDeks(tx, keyId);
    const othersEmpty = [...versions.keys()].every((version) => version === targetVersion);
    // A rewrap that finds nothing under any other version need not look which they are.
    const late =
      mode === "rewrap" && othersEmpty
        ? []
        : await planChunks(tx, { ...job, exceptFailuresOf: run.jobId }, run.engine.sizes.chunk);
    if (late.length > 0) {
      await addChunks(tx, run.jobId, late);
      return false;
    }
    const { total, processed, failed } = await countJob(tx, run.jobId);
    const ended = failed > 0 ? "completed_with_failures" : "completed";
    if (othersEmpty) await noteAllMoved(tx, keyId, targetVersion);
    await markEnded(tx, run.jobId, {
      status: ended,
      code: null,
      ratePerSecond: run.rate.perSecond() || null,
    });
    await keepVersions(tx, run.jobId, "after", versions);
    await addKmsCalls(tx, run.jobId, run.kmsCalls.take());
    const detail = { status: ended, total, processed, failed, target_version: targetVersion };
    const target = jobTarget(run);
    const event: EventDraft =
      mode === "rewrap"
        ? { action: "rewrap.completed", target, detail }
        : { action: "crypto.reencrypt_completed", target, detail: { key: keyId, ...detail } };
    await writeEvents(tx, run.meta, [event]);
    return true;
  });

/** The job can never end well: its key is being destroyed. */
export const failJob = (run: Run, code: ErrorCode): Promise<void> =>
  withTenant(run.engine.keeper.db, run.tenantId, async (tx) => {
    const { mode, keyId } = await holdJob(tx, run);
    await markEnded(tx, run.jobId, { status: "failed", code, ratePerSecond: null });
    const common = { target: jobTarget(run), outcome: "error" as const };
    const event: EventDraft =
      mode === "rewrap"
        ? { ...common, action: "rewrap.failed", detail: { code } }
        : { ...common, action: "crypto.reencrypt_failed", detail: { key: keyId, code } };
    await writeEvents(tx, run.meta, [event]);
  });
