import type { OperatorTx } from "#db/tenant-tx.ts";

/** The keys that may be used, of one tenant or of all, by tenant and name. */
export const listEnabledKeys = async (
  tx: OperatorTx,
  tenantId: string | null,
): Promise<{ tenant: string; name: string }[]> => {
  const mine = tenantId === null ? tx.sql`` : tx.sql`AND k.tenant_id = ${tenantId}`;
  return tx.sql<{ tenant: string; name: string }[]>`
    SELECT t.slug AS tenant, k.name FROM key k JOIN tenant t ON t.id = k.tenant_id
    WHERE k.status = 'enabled' ${mine} ORDER BY t.slug, k.name`;
};
