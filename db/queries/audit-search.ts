import type { AnyTx } from "#db/tenant-tx.ts";
import type { ActorType, Outcome, Source, TargetType } from "#lib/domain/audit-catalogue.ts";
import type { EventFilter, EventPlace } from "./audit-filter.ts";
import { newestEvents, planEachTime } from "./audit-source.ts";

export type EventRow = {
  id: string;
  at: string;
  /** The tenant's slug; null for an event of the operator's. */
  tenant: string | null;
  source: Source;
  actorType: ActorType;
  actorId: string;
  action: string;
  targetType: TargetType;
  targetId: string;
  outcome: Outcome;
  req: string;
  /** Its place in its tree, once it has one. */
  leafIndex: number | null;
};

/** A page of the log, newest first. Names and places are looked up for the page's rows alone. */
export const searchEvents = async (
  tx: AnyTx,
  filter: EventFilter,
  after: EventPlace | null,
  limit: number,
): Promise<EventRow[]> => {
  const { sql } = tx;
  const columns = sql`e.id, e.at, e.tenant_id, e.source, e.actor_type, e.actor_id, e.action, e.target_type, e.target_id,
                      e.outcome, e.req`;
  const [, rows] = await Promise.all([
    planEachTime(tx),
    sql<(Omit<EventRow, "leafIndex"> & { leafIndex: string | null })[]>`
      WITH page AS MATERIALIZED (${newestEvents(tx, filter, after, limit, columns)})
      SELECT p.id, to_char(p.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, t.slug AS tenant, p.source,
             p.actor_type AS "actorType", p.actor_id AS "actorId", p.action, p.target_type AS "targetType",
             p.target_id AS "targetId", p.outcome, p.req, l.leaf_index AS "leafIndex"
      FROM page p LEFT JOIN tenant t ON t.id = p.tenant_id LEFT JOIN audit_leaf l ON l.event_id = p.id
      ORDER BY p.at DESC, p.id DESC`,
  ]);
  return rows.map((row) => ({ ...row, leafIndex: row.leafIndex === null ? null : Number(row.leafIndex) }));
};
