import type { AnyTx } from "#db/tenant-tx.ts";
import type { Condition, EventFilter, EventPlace, FilterField, Fragment } from "./audit-filter.ts";
import { among } from "./among.ts";
import { allOf, FILTER_FIELDS, isNotOk, NOT_OK, whereEvents } from "./audit-filter.ts";

/** An index that is asked once for each value of a list gives its rows in the order of time; one that is asked for all of them at once does not. */
const LOOKUPS_MAX = 64;
const MERGED: readonly FilterField[] = ["tenant", "actor", "action", "outcome"];

const isList = (condition: Condition | undefined): condition is Condition & { any: readonly string[] } =>
  condition?.any !== undefined && condition.any.length > 1 && !condition.any.includes("");

/** The fields whose lists are looked up value by value: as many as stay within the number of lookups. */
const mergedFields = (filter: EventFilter): FilterField[] => {
  const merged: FilterField[] = [];
  let lookups = 1;
  for (const field of MERGED) {
    const condition = filter[field];
    // Of what went well there is no index in the order of time: it is nearly everything.
    if (field === "outcome" && condition && !isNotOk(condition)) continue;
    if (!isList(condition) || lookups * condition.any.length > LOOKUPS_MAX) continue;
    lookups *= condition.any.length;
    merged.push(field);
  }
  return merged;
};

const valuesOf = (tx: AnyTx, filter: EventFilter, field: FilterField): { from: Fragment; on: Fragment } => {
  const { sql } = tx;
  const values = among(filter[field]?.any ?? []);
  switch (field) {
    case "tenant":
      return { from: sql`unnest(${values}::uuid[]) AS one_tenant (v)`, on: sql`e.tenant_id = one_tenant.v` };
    case "actor":
      return { from: sql`unnest(${values}::text[]) AS one_actor (v)`, on: sql`e.actor_id = one_actor.v` };
    case "action":
      return { from: sql`unnest(${values}::text[]) AS one_action (v)`, on: sql`e.action = one_action.v` };
    default:
      return {
        from: sql`unnest(${values}::text[]) AS one_outcome (v)`,
        on: sql`e.outcome = one_outcome.v AND ${NOT_OK(tx)}`,
      };
  }
};

const mergedEvents = (
  tx: AnyTx,
  filter: EventFilter,
  after: EventPlace | null,
  limit: number,
  columns: Fragment,
  fields: readonly FilterField[],
): Fragment => {
  const { sql } = tx;
  const lists = fields.map((field) => valuesOf(tx, filter, field));
  const from = lists.map((list) => list.from).reduce((all, one) => sql`${all} CROSS JOIN ${one}`);
  const on = allOf(
    tx,
    lists.map((list) => list.on),
  );
  const rest: EventFilter = {
    ...filter,
    ...Object.fromEntries(fields.map((field) => [field, { ...filter[field], any: undefined }])),
  };
  return sql`
    SELECT one.* FROM ${from} CROSS JOIN LATERAL (
      SELECT ${columns} FROM audit_event e WHERE ${on} AND ${whereEvents(tx, rest, after)}
      ORDER BY e.at DESC, e.id DESC LIMIT ${limit}) AS one
    ORDER BY one.at DESC, one.id DESC LIMIT ${limit}`;
};

const LIKE_SPECIAL = /[\\%_]/g;
/** A text as a part of a LIKE pattern. */
export const escapeLike = (text: string): string => text.replaceAll(LIKE_SPECIAL, "\\$&");
const holding = (text: string): string => `%${escapeLike(text)}%`;

/** What an id begins with is also among the words of its event: so the index of trigrams serves it. */
const beginnings = (filter: EventFilter): string[] =>
  (["actor", "target", "request"] as const).flatMap((field) => {
    const [like, ...more] = filter[field]?.like ?? [];
    return like !== undefined && more.length === 0 && like.length > 3 ? [`%${like}`] : [];
  });

const searchedEvents = (
  tx: AnyTx,
  filter: EventFilter,
  after: EventPlace | null,
  limit: number,
  columns: Fragment,
): Fragment => {
  const { sql } = tx;
  // The longest is the rarest, as a rule.
  const [wanted, ...others] = [...(filter.text?.all ?? []).map(holding), ...beginnings(filter)].toSorted(
    (a, b) => b.length - a.length,
  );
  const unwanted = (filter.text?.none ?? []).map(holding);
  const terms = Object.fromEntries(FILTER_FIELDS.map((field) => [field, filter[field]]));
  return sql`
    SELECT ${columns}
    FROM audit_text_search(
        ${wanted ?? null}::text, ${others.length > 0 ? among(others) : null}::text[],
        ${unwanted.length > 0 ? among(unwanted) : null}::text[], ${JSON.stringify(terms)}::text::jsonb,
        ${filter.from ?? null}::timestamptz, ${filter.to ?? null}::timestamptz,
        ${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid, ${limit}) AS found
      JOIN audit_event e ON e.id = found.event_id
    WHERE ${whereEvents(tx, filter, after)}
    ORDER BY e.at DESC, e.id DESC`;
};

/** Are there words in a filter, or beginnings of ids, that the index of trigrams has to find? */
const isSearched = (filter: EventFilter): boolean =>
  (filter.text?.all.length ?? 0) + (filter.text?.none.length ?? 0) > 0 || beginnings(filter).length > 0;

/** A SELECT of the newest events that fit, at most `limit`, newest first. `columns` are of `audit_event e`, `at` and `id` among them. */
export const newestEvents = (
  tx: AnyTx,
  filter: EventFilter,
  after: EventPlace | null,
  limit: number,
  columns: Fragment,
): Fragment => {
  const { sql } = tx;
  if (!filter.nothing && isSearched(filter)) return searchedEvents(tx, filter, after, limit, columns);
  const merged = mergedFields(filter);
  if (merged.length > 0) return mergedEvents(tx, filter, after, limit, columns, merged);
  return sql`
    SELECT ${columns} FROM audit_event e WHERE ${whereEvents(tx, filter, after)}
    ORDER BY e.at DESC, e.id DESC LIMIT ${limit}`;
};

/** No limit. */
export const ALL_ROWS = 2_147_483_647;

/** A SELECT of all events that fit, in no order. */
export const everyEvent = (tx: AnyTx, filter: EventFilter): Fragment => {
  const { sql } = tx;
  return !filter.nothing && isSearched(filter)
    ? searchedEvents(tx, filter, null, ALL_ROWS, sql`e.id`)
    : sql`SELECT e.id FROM audit_event e WHERE ${whereEvents(tx, filter, null)}`;
};

/** Every question to the log has its own best plan: one that was made for other values may read all of it. */
export const planEachTime = async (tx: AnyTx): Promise<void> => {
  await tx.sql`SELECT set_config('plan_cache_mode', 'force_custom_plan', true)`;
};
