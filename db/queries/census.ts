import type { TenantTx } from "#db/tenant-tx.ts";

/** How many DEKs stand under each version of a key, counted now. A version without any is not in it. */
export const countDeks = async (tx: TenantTx, keyId: string): Promise<Map<number, number>> => {
  const rows = await tx.sql<{ version: number; deks: string }[]>`
    SELECT key_version AS version, count(*) AS deks FROM dek
    WHERE tenant_id = ${tx.tenantId} AND key_id = ${keyId} GROUP BY key_version ORDER BY key_version`;
  return new Map(rows.map(({ version, deks }) => [version, Number(deks)]));
};
