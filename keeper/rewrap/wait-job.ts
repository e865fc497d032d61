import { lockJob } from "#db/queries/rewrap-lease.ts";
import { markWaiting, sleepLease } from "#db/queries/rewrap-status.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { Run } from "./run.ts";
import { jobTarget } from "./run.ts";

/** Puts a job that cannot go on aside, says so once for each cause, and lets any keeper look again after a while. */
export const waitJob = (run: Run, code: string, seconds: number): Promise<void> =>
  withTenant(run.engine.keeper.db, run.tenantId, async (tx) => {
    const job = await lockJob(tx, run.jobId, run.engine.keeper.id);
    if (!job?.mine || !["queued", "running", "waiting", "finishing"].includes(job.status)) return;
    if (job.status !== "waiting" || job.waitCode !== code) {
      await markWaiting(tx, run.jobId, code);
      await writeEvents(tx, run.meta, [
        { action: "rewrap.waiting", target: jobTarget(run), detail: { code } },
      ]);
    }
    await sleepLease(tx, run.jobId, seconds);
  });
