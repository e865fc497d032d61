import type { AnyTx } from "#db/tenant-tx.ts";
import type { EventFilter, EventPlace } from "./audit-filter.ts";
import { newestEvents, planEachTime } from "./audit-source.ts";

export type ExportRow = EventPlace & { tenant: string | null; leafIndex: number | null; entry: Buffer };

/** A page of the log with the exact entries, newest first. */
export const readExportPage = async (
  tx: AnyTx,
  filter: EventFilter,
  after: EventPlace,
  limit: number,
): Promise<ExportRow[]> => {
  const { sql } = tx;
  const columns = sql`e.id, e.at, e.tenant_id, e.entry`;
  const [, rows] = await Promise.all([
    planEachTime(tx),
    sql<(Omit<ExportRow, "leafIndex"> & { leafIndex: string | null })[]>`
      WITH page AS MATERIALIZED (${newestEvents(tx, filter, after, limit, columns)})
      SELECT p.id, to_char(p.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, t.slug AS tenant,
             l.leaf_index AS "leafIndex", p.entry
      FROM page p LEFT JOIN tenant t ON t.id = p.tenant_id LEFT JOIN audit_leaf l ON l.event_id = p.id
      ORDER BY p.at DESC, p.id DESC`,
  ]);
  return rows.map((row) => ({ ...row, leafIndex: row.leafIndex === null ? null : Number(row.leafIndex) }));
};

const ALL_ROWS = 2_147_483_647;

/** Exactly how many events fit. */
export const countEvents = async (tx: AnyTx, filter: EventFilter): Promise<number> => {
  const { sql } = tx;
  const [, [row]] = await Promise.all([
    planEachTime(tx),
    sql<{ n: string }[]>`
      SELECT count(*) AS n FROM (${newestEvents(tx, filter, null, ALL_ROWS, sql`e.id, e.at`)}) AS every`,
  ]);
  return Number(row?.n ?? 0);
};
