import type { TenantTx } from "#db/tenant-tx.ts";

export type CoverageRow = { collection: string; records: number; onCurrent: number };

/** Records of each collection, and how many of them stand under the current version of their key. */
export const countCoverage = async (tx: TenantTx, limit: number): Promise<CoverageRow[]> => {
  const rows = await tx.sql<{ collection: string; records: string; onCurrent: string }[]>`
    SELECT r.collection, count(*) AS records, count(*) FILTER (WHERE v.current) AS "onCurrent"
    FROM record r
    LEFT JOIN dek d ON d.tenant_id = r.tenant_id AND d.key_id = r.key_id AND d.record_id = r.id
    LEFT JOIN key_version v ON v.tenant_id = d.tenant_id AND v.key_id = d.key_id AND v.number = d.key_version
    WHERE r.tenant_id = ${tx.tenantId} GROUP BY r.collection
    ORDER BY count(*) DESC, r.collection LIMIT ${limit}`;
  return rows.map(({ collection, records, onCurrent }) => ({
    collection,
    records: Number(records),
    onCurrent: Number(onCurrent),
  }));
};
