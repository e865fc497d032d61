import type { AnyTx } from "#db/tenant-tx.ts";
import type { EventFilter, EventPlace } from "./audit-filter.ts";
import { whereEvents } from "./audit-filter.ts";

export type ExportRow = EventPlace & { tenant: string | null; leafIndex: number | null; entry: Buffer };

/** A page of the log with the exact entries, newest first. */
export const readExportPage = async (
  tx: AnyTx,
  filter: EventFilter,
  after: EventPlace,
  limit: number,
): Promise<ExportRow[]> => {
  const rows = await tx.sql<(Omit<ExportRow, "leafIndex"> & { leafIndex: string | null })[]>`
    WITH page AS MATERIALIZED (
      SELECT e.id, e.at, e.tenant_id, e.entry FROM audit_event e WHERE ${whereEvents(tx, filter, after)}
      ORDER BY e.at DESC, e.id DESC LIMIT ${limit}
    )
    SELECT p.id, to_char(p.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, t.slug AS tenant,
           l.leaf_index AS "leafIndex", p.entry
    FROM page p LEFT JOIN tenant t ON t.id = p.tenant_id LEFT JOIN audit_leaf l ON l.event_id = p.id
    ORDER BY p.at DESC, p.id DESC`;
  return rows.map((row) => ({ ...row, leafIndex: row.leafIndex === null ? null : Number(row.leafIndex) }));
};
