import type { AnyTx } from "#db/tenant-tx.ts";
import type { Outcome } from "#lib/domain/audit-catalogue.ts";
import type { Condition, EventFilter, FilterField, Fragment } from "./audit-filter.ts";
import { among } from "./among.ts";
import { allOf, fits, whereEvents } from "./audit-filter.ts";
import { ALL_ROWS, everyEvent, newestEvents, planEachTime } from "./audit-source.ts";

/** The counts say all about these; anything else is counted event by event, up to a number. */
export const COUNTED_FIELDS = ["tenant", "actor", "action", "outcome"] as const;
export type CountedField = (typeof COUNTED_FIELDS)[number];

/** Do the counts answer for this filter? */
export const isCounted = ({ target, request, text, nothing }: EventFilter): boolean =>
  !target && !request && !text && !nothing;

/** A time that whole hours or days answer for, and what is left at its ends. */
export type Stretch = {
  unit: "hour" | "day";
  from: string | undefined;
  to: string | undefined;
  rest: { from: string; to: string }[];
};

const fitsLog = (tx: AnyTx, { any, not }: Condition): Fragment => {
  const { sql } = tx;
  const own = sql`(SELECT id FROM deployment)`;
  const oneOf = (values: readonly string[]): Fragment => {
    const ids = sql`h.log_id = ANY (${among(values.filter((value) => value !== ""))}::uuid[])`;
    return values.includes("") ? sql`(${ids} OR h.log_id = ${own})` : ids;
  };
  return allOf(tx, [any && oneOf(any), not && sql`NOT ${oneOf(not)}`]);
};

const whereCounts = (tx: AnyTx, filter: EventFilter, at: Fragment, { from, to }: Stretch): Fragment => {
  const { sql } = tx;
  const { tenant, actor, action, outcome } = filter;
  return allOf(tx, [
    "tenantId" in tx && sql`h.log_id = ${tx.tenantId}`,
    tenant && fitsLog(tx, tenant),
    actor && fits(tx, sql`h.actor_id`, actor),
    action && fits(tx, sql`h.action`, action),
    outcome && fits(tx, sql`h.outcome`, outcome),
    from !== undefined && sql`${at} >= ${from}::timestamptz`,
    to !== undefined && sql`${at} < ${to}::timestamptz`,
  ]);
};

/** Events one by one, as rows of counts. */
const counted = (tx: AnyTx, filter: EventFilter, limit: number): Fragment => {
  const { sql } = tx;
  const columns = sql`e.id, e.at, e.tenant_id, e.action, e.outcome, e.actor_id`;
  return sql`
    SELECT one.at, coalesce(one.tenant_id::text, '') AS tenant, one.action, one.outcome, one.actor_id, 1::bigint AS count
    FROM (${newestEvents(tx, filter, null, limit, columns)}) AS one`;
};

const wholeRows = (tx: AnyTx, filter: EventFilter, stretch: Stretch, withActors: boolean): Fragment => {
  const { sql } = tx;
  const tenant =
    "tenantId" in tx
      ? sql`h.log_id::text`
      : sql`CASE WHEN h.log_id = (SELECT id FROM deployment) THEN '' ELSE h.log_id::text END`;
  if (stretch.unit === "hour")
    return sql`SELECT h.hour AS at, ${tenant} AS tenant, h.action, h.outcome, h.actor_id, h.count
               FROM audit_hour h WHERE ${whereCounts(tx, filter, sql`h.hour`, stretch)}`;
  const where = whereCounts(tx, filter, sql`h.day`, stretch);
  return withActors
    ? sql`SELECT h.day AS at, ${tenant} AS tenant, h.action, h.outcome, h.actor_id, h.count
          FROM audit_actor_day h WHERE ${where}`
    : sql`SELECT h.day AS at, ${tenant} AS tenant, h.action, h.outcome, '' AS actor_id, h.count
          FROM audit_day h WHERE ${where}`;
};

/** A SELECT of counts: of whole days and hours, and of single events at their ends, or where those do not answer. */
const countRows = (
  tx: AnyTx,
  filter: EventFilter,
  stretches: readonly Stretch[],
  limit: number,
  withActors = filter.actor !== undefined,
): Fragment => {
  const { sql } = tx;
  if (stretches.length === 0 || !isCounted(filter)) return counted(tx, filter, limit);
  const rest = stretches.flatMap((stretch) => stretch.rest);
  return [
    ...stretches.map((stretch) => wholeRows(tx, filter, stretch, withActors)),
    ...rest.map((ends) => sql`(${counted(tx, { ...filter, ...ends }, limit)})`),
  ].reduce((all, one) => sql`${all} UNION ALL ${one}`);
};

/** Of events that no count holds yet: those that wait for their place. */
const waiting = (tx: AnyTx, filter: EventFilter, stretches: readonly Stretch[]): Fragment => {
  const { sql } = tx;
  const within = stretches
    .map(({ from, to }) =>
      allOf(tx, [
        from !== undefined && sql`e.at >= ${from}::timestamptz`,
        to !== undefined && sql`e.at < ${to}::timestamptz`,
      ]),
    )
    .reduce((all, one) => sql`${all} OR (${one})`, sql`false`);
  return sql`SELECT count(*) AS count FROM audit_queue q JOIN audit_event e ON e.id = q.event_id
             WHERE ${whereEvents(tx, filter, null)} AND (${within})`;
};

/**
 * Exactly how many events fit: by the counts where they answer, which is as quick for ten million events as for ten, and
 * one by one where they do not. Within one tenant's log, which does not see what waits for its place, always one by one.
 */
export const countEvents = async (
  tx: AnyTx,
  filter: EventFilter,
  stretches: readonly Stretch[],
): Promise<number> => {
  const { sql } = tx;
  const isQuick = !("tenantId" in tx) && stretches.length > 0 && isCounted(filter);
  const counts = isQuick
    ? sql`SELECT c.count FROM (${countRows(tx, filter, stretches, ALL_ROWS)}) AS c
          UNION ALL (${waiting(tx, filter, stretches)})`
    : sql`SELECT count(*) AS count FROM (${everyEvent(tx, filter)}) AS every`;
  const [, [row]] = await Promise.all([
    planEachTime(tx),
    sql<{ n: string }[]>`SELECT coalesce(sum(counts.count), 0) AS n FROM (${counts}) AS counts`,
  ]);
  return Number(row?.n ?? 0);
};

export type BarRow = { bar: number; outcome: Outcome; count: number };

/** How many events fit in each stretch of `barMs` since `startMs`. */
export const readBars = async (
  tx: AnyTx,
  filter: EventFilter,
  stretches: readonly Stretch[],
  { startMs, barMs, limit }: { startMs: number; barMs: number; limit: number },
): Promise<BarRow[]> => {
  const { sql } = tx;
  const [, rows] = await Promise.all([
    planEachTime(tx),
    sql<{ bar: string; outcome: Outcome; count: string }[]>`
      SELECT floor((extract(epoch FROM o.at) * 1000 - ${startMs}::bigint) / ${barMs}::bigint) AS bar, o.outcome,
             sum(o.count) AS count
      FROM (SELECT c.at, c.outcome, sum(c.count) AS count FROM (${countRows(tx, filter, stretches, limit)}) AS c
            GROUP BY 1, 2) AS o GROUP BY 1, 2`,
  ]);
  return rows.map(({ bar, outcome, count }) => ({ bar: Number(bar), outcome, count: Number(count) }));
};

export type FacetRow = { field: CountedField; value: string; count: number };

const columnOf = (tx: AnyTx, field: CountedField): Fragment => {
  const { sql } = tx;
  switch (field) {
    case "tenant":
      return sql`c.tenant`;
    case "actor":
      return sql`c.actor_id`;
    case "action":
      return sql`c.action`;
    case "outcome":
      return sql`c.outcome`;
  }
};

/**
 * The values that most events have, field by field: each under all of the filter but the field's own part of it. Where
 * events are counted one by one, the fields of which nothing is asked share the same ones.
 */
export const readFacets = async (
  tx: AnyTx,
  filter: EventFilter,
  stretches: readonly Stretch[],
  { values, limit }: { values: number; limit: number },
): Promise<FacetRow[]> => {
  const { sql } = tx;
  const isShared = stretches.length === 0 || !isCounted(filter);
  const facets = COUNTED_FIELDS.map((field) => {
    const others: EventFilter = { ...filter, [field satisfies FilterField]: undefined };
    const withActors = field === "actor" || others.actor !== undefined;
    const rows =
      isShared && filter[field] === undefined
        ? sql`SELECT * FROM shared`
        : countRows(tx, others, stretches, limit, withActors);
    return sql`(
      SELECT ${field}::text AS field, ${columnOf(tx, field)} AS value, sum(c.count) AS count
      FROM (${rows}) AS c GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT ${values})`;
  }).reduce<Fragment | null>((all, one) => (all ? sql`${all} UNION ALL ${one}` : one), null);
  const shared = isShared
    ? sql`WITH shared AS MATERIALIZED (${countRows(tx, filter, stretches, limit)})`
    : sql``;
  const [, rows] = await Promise.all([
    planEachTime(tx),
    sql<(Omit<FacetRow, "count"> & { count: string })[]>`
      ${shared} SELECT f.field, f.value, f.count FROM (${facets ?? sql``}) AS f ORDER BY f.count DESC, f.value`,
  ]);
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
};

/** The first hour that anything was counted in. */
export const readFirstHour = async (tx: AnyTx): Promise<string | null> => {
  const { sql } = tx;
  const [row] = await sql<{ hour: Date | null }[]>`
    SELECT min(h.hour) AS hour FROM audit_hour h WHERE ${"tenantId" in tx ? sql`h.log_id = ${tx.tenantId}` : sql`true`}`;
  return row?.hour ? new Date(row.hour).toISOString() : null;
};
