import { key } from "#db/schema/key.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import type { Custody } from "#lib/domain/key-state.ts";

export const insertKey = async (
  tx: TenantTx,
  row: { id: string; name: string; custody: Custody; provider: string },
): Promise<void> => {
  await tx.db.insert(key).values({ tenantId: tx.tenantId, status: "enabled", ...row });
};
