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

/**
 * `lines` are of an event's id, its tenant's id and its entry, with tabs between them; `leaves` of the id of one that has
 * a place in its tree, and that place.
 */
export type ExportText = { lines: string; leaves: string; rows: number; last: EventPlace | null };

/**
 * The same page as one text: row by row it costs several times as much. Fails for bytes that are no text; bytes that
 * hold the end of a line make more lines than there are rows.
 */
export const readExportText = async (
  tx: AnyTx,
  filter: EventFilter,
  after: EventPlace,
  limit: number,
): Promise<ExportText> => {
  const { sql } = tx;
  const columns = sql`e.id, e.at, e.tenant_id, e.entry`;
  // One lookup of all ids goes through the index once; one for each event costs more than all the rest of the page.
  const leaves = sql`(SELECT string_agg(l.event_id || E'\\t' || l.leaf_index, E'\\n')
                      FROM audit_leaf l WHERE l.event_id = ANY (page.ids))`;
  const [, [page]] = await Promise.all([
    planEachTime(tx),
    sql<{ lines: string | null; leaves: string | null; rows: number; at: string | null; id: string }[]>`
      SELECT page.lines, ${leaves} AS leaves, page.rows, page.ids[page.rows] AS id,
             to_char(page.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
      FROM (SELECT string_agg(p.id || E'\\t' || coalesce(p.tenant_id::text, '') || E'\\t' || convert_from(p.entry, 'UTF8'), E'\\n') AS lines,
                   array_agg(p.id) AS ids, count(*)::integer AS rows, min(p.at) AS at
            FROM (${newestEvents(tx, filter, after, limit, columns)}) AS p) AS page`,
  ]);
  if (!page || page.lines === null || page.at === null) return { lines: "", leaves: "", rows: 0, last: null };
  const { lines, leaves: found, rows, at, id } = page;
  return { lines, leaves: found ?? "", rows, last: { at, id } };
};
