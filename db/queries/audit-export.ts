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

/** Events of a page that come as one text. A longer one is dear to make grow, and comes later. */
const PART_ROWS = 100;

/**
 * Some events of a page, in UTF-8: `lines` of an event's id, its tenant's id and its entry, with tabs between them; `leaves`
 * of the id of one that has a place in its tree, and that place.
 */
export type ExportPart = { lines: Buffer; leaves: Buffer; rows: number; last: EventPlace };

const NOTHING = Buffer.alloc(0);

/**
 * The same page in parts of text: row by row it costs several times as much. Fails for bytes that are no text; bytes that
 * hold the end of a line make more lines than there are rows.
 */
export const readExportText = async (
  tx: AnyTx,
  filter: EventFilter,
  after: EventPlace,
  limit: number,
): Promise<ExportPart[]> => {
  const { sql } = tx;
  const columns = sql`e.id, e.at, e.tenant_id, e.entry`;
  const ordered = sql`
    SELECT e.*, (row_number() OVER (ORDER BY e.at DESC, e.id DESC) - 1) / ${PART_ROWS}::integer AS part
    FROM (${newestEvents(tx, filter, after, limit, columns)}) AS e ORDER BY part, e.at DESC, e.id DESC`;
  // One lookup of all a part's ids goes through the index once; one for each event costs more than all the rest.
  const leaves = sql`(SELECT string_agg(l.event_id || E'\\t' || l.leaf_index || E'\\n', '')
                      FROM audit_leaf l WHERE l.event_id = ANY (p.ids))`;
  const page = sql`
    SELECT p.lines, ${leaves}, p.rows, p.ids[p.rows], to_char(p.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    FROM (SELECT string_agg(e.id || E'\\t' || coalesce(e.tenant_id::text, '') || E'\\t' || convert_from(e.entry, 'UTF8') || E'\\n', '') AS lines,
                 array_agg(e.id) AS ids, count(*)::integer AS rows, min(e.at) AS at
          FROM (${ordered}) AS e GROUP BY e.part ORDER BY e.part) AS p`;
  // The answer's own bytes: as texts they would be made twice, and cleared away.
  const [, answer] = await Promise.all([planEachTime(tx), page.raw()]);
  return answer.map(([lines, leaves, rows, id, at]) => ({
    lines: lines ?? NOTHING,
    leaves: leaves ?? NOTHING,
    rows: Number(rows),
    last: { at: String(at), id: String(id) },
  }));
};
