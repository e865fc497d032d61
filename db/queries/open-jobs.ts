import { count, inArray } from "drizzle-orm";
import { rewrapJob } from "#db/schema/rewrap.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";
import { OPEN_JOB_STATUSES } from "#lib/domain/job.ts";

export const countOpenJobs = async (tx: OperatorTx): Promise<number> => {
  const [row] = await tx.db
    .select({ n: count() })
    .from(rewrapJob)
    .where(inArray(rewrapJob.status, [...OPEN_JOB_STATUSES]));
  return row?.n ?? 0;
};
