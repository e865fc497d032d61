import { countDeks } from "#db/queries/census.ts";
import type { HeldJob } from "#db/queries/rewrap-lease.ts";
import type { ChunkPlan } from "#db/queries/rewrap-plan.ts";
import { isPlanned, addChunks, dropPlan, planChunks } from "#db/queries/rewrap-plan.ts";
import { keepVersions, markRunning } from "#db/queries/rewrap-status.ts";
import { takeItsTime } from "#db/queries/rewrap-scope.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { EventDraft } from "#lib/domain/audit-catalogue.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import { Halt } from "./halt.ts";
import type { Run } from "./run.ts";
import { holdJob, jobTarget } from "./run.ts";

type Census = { versions: Map<number, number>; chunks: ChunkPlan[] };

/**
 * Counts with nothing locked: over a million DEKs that takes seconds, in which a request to pause would wait for the
 * job's row. What is written meanwhile stands under the current version, or is found by the last count.
 */
const takeCensus = (run: Run, job: HeldJob): Promise<Census> =>
  withTenant(run.engine.keeper.db, run.tenantId, async (tx) => {
    const scope = { ...job, targetVersion: job.currentVersion, exceptFailuresOf: null };
    await takeItsTime(tx);
    const versions = await countDeks(tx, job.keyId);
    return { versions, chunks: await planChunks(tx, scope, run.engine.sizes.chunk) };
  });

/**
 * Gives a job a plan for the key's current version: a census of the DEKs that are not on it, cut into chunks. After a
 * rotation during the job everything is counted anew, because all of it has to move once more.
 *
 * @throws `Halt` when the key was rotated while it counted
 */
export const planJob = async (run: Run, seen: HeldJob): Promise<void> => {
  const { versions, chunks } = await takeCensus(run, seen);
  await withTenant(run.engine.keeper.db, run.tenantId, async (tx) => {
    const { currentVersion, targetVersion } = await holdJob(tx, run);
    if (currentVersion !== seen.currentVersion) throw new Halt("look-again");
    const target = jobTarget(run);
    const retargeted = currentVersion !== targetVersion;
    if (!retargeted && (await isPlanned(tx, run.jobId))) return;
    await dropPlan(tx, run.jobId);
    await keepVersions(tx, run.jobId, "before", versions);
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
};
