import type { AnyTx } from "#db/tenant-tx.ts";
import { among } from "./among.ts";

/** What a column has to be: one of `any`, like one of `like`, none of `not`, and like none of `not_like`. */
export type Condition = {
  readonly any?: readonly string[] | undefined;
  readonly like?: readonly string[] | undefined;
  readonly not?: readonly string[] | undefined;
  readonly not_like?: readonly string[] | undefined;
};

/** The fields that are columns of an event. */
export const FILTER_FIELDS = ["tenant", "actor", "action", "outcome", "target", "request"] as const;
export type FilterField = (typeof FILTER_FIELDS)[number];

/** What is looked for in the log. */
export type EventFilter = {
  /** Of `tenant` the values are ids, and the empty text is the operator, who has none. */
  readonly [F in FilterField]?: Condition | undefined;
} & {
  /** Plain words: all of these, none of those. */
  readonly text?: { readonly all: readonly string[]; readonly none: readonly string[] } | undefined;
  /** Nothing can fit. */
  readonly nothing?: boolean | undefined;
  /** RFC 3339: at or after, and before. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

/** A place in the log's order by time, newest first: what comes after it is older. */
export type EventPlace = { at: string; id: string };

const everything = ({ sql }: AnyTx) => sql`true`;
export type Fragment = ReturnType<typeof everything>;

export const allOf = (tx: AnyTx, conditions: readonly (Fragment | false | undefined)[]): Fragment =>
  conditions
    .filter((condition) => !!condition)
    .reduce<Fragment>((all, condition) => tx.sql`${all} AND ${condition}`, everything(tx));

/** The condition on one column of text. */
export const fits = (tx: AnyTx, column: Fragment, { any, like, not, not_like }: Condition): Fragment => {
  const { sql } = tx;
  return allOf(tx, [
    any &&
      (any.length === 1 ? sql`${column} = ${any[0] ?? ""}` : sql`${column} = ANY (${among(any)}::text[])`),
    like && sql`${column} LIKE ANY (${among(like)}::text[])`,
    not && sql`${column} <> ALL (${among(not)}::text[])`,
    not_like && sql`NOT ${column} LIKE ANY (${among(not_like)}::text[])`,
  ]);
};

/** The condition on the tenant, of whom the operator has none. */
const fitsTenant = (tx: AnyTx, { any, not }: Condition): Fragment => {
  const { sql } = tx;
  const ids = (values: readonly string[]) => values.filter((value) => value !== "");
  const isOperator = sql`e.tenant_id IS NULL`;
  const oneOf = (values: readonly string[]) =>
    values.length === 1
      ? sql`e.tenant_id = ${values[0] ?? ""}`
      : sql`e.tenant_id = ANY (${among(values)}::uuid[])`;
  return allOf(tx, [
    any &&
      (!any.includes("")
        ? oneOf(any)
        : any.length === 1
          ? isOperator
          : sql`(${isOperator} OR ${oneOf(ids(any))})`),
    not?.includes("") && sql`e.tenant_id IS NOT NULL`,
    not && ids(not).length > 0 && sql`(${isOperator} OR NOT ${oneOf(ids(not))})`,
  ]);
};

/** Is nothing asked for that went well? Few events did not, and indexes of their own hold them. */
export const isNotOk = ({ any }: Condition): boolean => any !== undefined && !any.includes("ok");
/** In these words of the indexes: the planner sees it in no other. */
export const NOT_OK = ({ sql }: AnyTx): Fragment => sql`e.outcome <> 'ok'`;

/** The condition on one field of `audit_event e`. */
const fitsField = (tx: AnyTx, field: FilterField, condition: Condition): Fragment => {
  const { sql } = tx;
  switch (field) {
    case "tenant":
      return fitsTenant(tx, condition);
    case "actor":
      return fits(tx, sql`e.actor_id`, condition);
    case "action":
      return fits(tx, sql`e.action`, condition);
    case "outcome":
      return allOf(tx, [fits(tx, sql`e.outcome`, condition), isNotOk(condition) && NOT_OK(tx)]);
    case "target":
      return fits(tx, sql`e.target_id`, condition);
    case "request":
      return fits(tx, sql`e.req`, condition);
  }
};

/**
 * The condition on `audit_event e`, but for words, which `audit_text_search` looks for. In a tenant's transaction it
 * names the tenant too: policies are the second lock.
 */
export const whereEvents = (
  tx: AnyTx,
  filter: EventFilter,
  after: EventPlace | null,
  except: readonly FilterField[] = [],
): Fragment => {
  const { sql } = tx;
  return allOf(tx, [
    filter.nothing && sql`false`,
    "tenantId" in tx && sql`e.tenant_id = ${tx.tenantId}`,
    ...FILTER_FIELDS.filter((field) => !except.includes(field)).map((field) => {
      const condition = filter[field];
      return condition && fitsField(tx, field, condition);
    }),
    filter.from !== undefined && sql`e.at >= ${filter.from}::timestamptz`,
    filter.to !== undefined && sql`e.at < ${filter.to}::timestamptz`,
    after !== null && sql`(e.at, e.id) < (${after.at}::timestamptz, ${after.id}::uuid)`,
  ]);
};
