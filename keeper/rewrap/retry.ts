import { dropFailures } from "#db/queries/rewrap-plan.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { Run } from "./run.ts";
import { holdJob } from "./run.ts";

/** Forgets the failures that somebody asked to try again. The job's last count finds them as it finds late writes. */
export const takeUpRetry = (run: Run): Promise<void> =>
  withTenant(run.engine.keeper.db, run.tenantId, async (tx) => {
    const { retry } = await holdJob(tx, run);
    if (retry !== null) await dropFailures(tx, run.jobId, retry);
  });
