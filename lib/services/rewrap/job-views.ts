import { listJobViews } from "#db/queries/job-view.ts";
import type { TenantRow } from "#db/queries/tenant.ts";
import type { OperatorTx, TenantTx } from "#db/tenant-tx.ts";
import type { JobView } from "#lib/domain/job.ts";

/** A tenant's newest jobs, or those of one of its keys. */
export const readJobViews = (
  tx: TenantTx,
  tenant: TenantRow,
  { keyId, limit }: { keyId?: string; limit: number },
): Promise<JobView[]> => listJobViews(tx, { tenantId: tenant.id, keyId, limit });

/** One job, whoever's it is. */
export const readJobView = async (tx: OperatorTx, id: string): Promise<JobView | null> =>
  (await listJobViews(tx, { id, limit: 1 }))[0] ?? null;
