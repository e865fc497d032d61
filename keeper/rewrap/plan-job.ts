import { countDeks } from "#db/queries/census.ts";
import { isPlanned, addChunks, dropPlan, planChunks } from "#db/queries/rewrap-plan.ts";
import { keepVersions, markRunning } from "#db/queries/rewrap-status.ts";
import { takeItsTime } from "#db/queries/rewrap-scope.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { EventDraft } from "#lib/domain/audit-catalogue.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { Run } from "./run.ts";
import { holdJob, jobTarget } from "./run.ts";

/**
 * Gives a job a plan for the key's current version: a census of the DEKs that are not on it, cut into chunks. After a
 * rotation during the job everything is counted anew, because all of it has to move once more.
 */
export const planJob = (run: Run): Promise<void> =>
  withTenant(run.engine.keeper.db, run.tenantId, async (tx) => {
    const job = await holdJob(tx, run);
    const { currentVersion, targetVersion, keyId } = job;
    const target = jobTarget(run);
    const retargeted = currentVersion !== targetVersion;
    if (!retargeted && (await isPlanned(tx, run.jobId))) return;
    await dropPlan(tx, run.jobId);
    const scope = { ...job, targetVersion: currentVersion, exceptFailuresOf: null };
    await takeItsTime(tx);
    await keepVersions(tx, run.jobId, "before", await countDeks(tx, keyId));
    const chunks = await planChunks(tx, scope, run.engine.sizes.chunk);
    if (chunks.length > 0) await addChunks(tx, run.jobId, chunks);
    await markRunning(tx, run.jobId, currentVersion);
    const events: EventDraft[] = [
      {
        action: "rewrap.planned",
        target,
        detail: {
          target_version: currentVersion,
          total: chunks.reduce((sum, chunk) => sum + chunk.planned, 0),
          chunks: chunks.length,
        },
      },
    ];
    if (retargeted)
      events.unshift({ action: "rewrap.retargeted", target, detail: { target_version: currentVersion } });
    await writeEvents(tx, run.meta, events);
  });
