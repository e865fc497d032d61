import type { AnyTx } from "#db/tenant-tx.ts";

/** What is looked for in the log; of several values in a list any will do. */
export type EventFilter = {
  actor?: readonly string[] | undefined;
  /** Whole actions of the catalogue. */
  action?: readonly string[] | undefined;
  outcome?: readonly string[] | undefined;
  target?: string | undefined;
  request?: string | undefined;
  /** RFC 3339: at or after, and before. */
  from?: string | undefined;
  to?: string | undefined;
  /** The operator's own events alone, which belong to no tenant. */
  operatorOnly?: boolean | undefined;
};

/** A place in the log's order by time, newest first: what comes after it is older. */
export type EventPlace = { at: string; id: string };

const everything = ({ sql }: AnyTx) => sql`true`;
type Fragment = ReturnType<typeof everything>;

const among = (values: readonly string[]): string =>
  `{${values.map((value) => `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`).join(",")}}`;

/** The condition on `audit_event e`. In a tenant's transaction it names the tenant too: policies are the second lock. */
export const whereEvents = (tx: AnyTx, filter: EventFilter, after: EventPlace | null): Fragment => {
  const { sql } = tx;
  const conditions: (Fragment | false | undefined)[] = [
    "tenantId" in tx && sql`e.tenant_id = ${tx.tenantId}`,
    filter.operatorOnly && sql`e.tenant_id IS NULL`,
    filter.actor && sql`e.actor_id = ANY (${among(filter.actor)}::text[])`,
    filter.action && sql`e.action = ANY (${among(filter.action)}::text[])`,
    filter.outcome && sql`e.outcome = ANY (${among(filter.outcome)}::text[])`,
    filter.target !== undefined && sql`e.target_id = ${filter.target}`,
    filter.request !== undefined && sql`e.req = ${filter.request}`,
    filter.from !== undefined && sql`e.at >= ${filter.from}::timestamptz`,
    filter.to !== undefined && sql`e.at < ${filter.to}::timestamptz`,
    after !== null && sql`(e.at, e.id) < (${after.at}::timestamptz, ${after.id}::uuid)`,
  ];
  return conditions
    .filter((condition) => !!condition)
    .reduce<Fragment>((all, condition) => sql`${all} AND ${condition}`, everything(tx));
};
