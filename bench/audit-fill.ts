import type { TransactionSql } from "postgres";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { cliContext } from "#keeper/testing/test-keeper.ts";
import { createTenant } from "#lib/services/tenants/create-tenant.ts";

export const BENCH_DAYS = 90;
const TENANTS = 20;
const STEP = 20_000;

/** When event `n` of `$3` happened, the last of them at `$4`; and its id, which is of its time as every UUIDv7 is. */
const AT = `date_trunc('milliseconds', $4::timestamptz - (($3::bigint - n)::double precision / $3) * make_interval(days => ${BENCH_DAYS}))`;
const ID = `(lpad(to_hex((extract(epoch FROM ${AT}) * 1000)::bigint), 12, '0') || '7' || substr(md5('a' || n), 1, 3) || 'a' ||
  substr(md5('event' || n), 1, 15))::uuid`;

/** So that every tenth actor and action is rare and most events are of a few. */
const EVENTS = `
  WITH drawn AS (
    SELECT n, ${AT} AS at, ${ID} AS id, ids.tenant, power(random(), 2) AS a, random() AS b, random() AS c, random() AS d
    FROM generate_series($1::bigint, $2::bigint - 1) AS n
    CROSS JOIN LATERAL (SELECT ($5::uuid[])[1 + floor(power(random() + n * 0, 2) * ${TENANTS})::integer] AS tenant) AS ids
  ), chosen AS (
    SELECT n, at, id,
      CASE WHEN b < 0.02 THEN NULL ELSE tenant END AS tenant,
      CASE WHEN b < 0.02 THEN (ARRAY['person.signed_in', 'person.sign_in_failed', 'audit.exported'])[1 + floor(c * 3)::integer]
           WHEN b < 0.90 THEN 'data.access'
           ELSE (ARRAY['crypto.key_loaded', 'access.denied', 'rewrap.chunk_completed', 'token.refused', 'key.rotation_requested',
                       'key.rotated', 'key_version.created', 'key_version.state_changed', 'token.minted', 'rewrap.completed'])
                [1 + floor(power(c, 3) * 10)::integer] END AS action,
      CASE WHEN d < 0.01 THEN 'denied' WHEN d < 0.015 THEN 'error' ELSE 'ok' END AS outcome,
      CASE WHEN b < 0.05 THEN md5('person' || floor(a * 20)) ELSE md5(tenant::text || floor(a * 10)) END::uuid AS actor,
      (ARRAY['customers', 'payments', 'documents', 'messages'])[1 + floor(a * 4)::integer] || '-' || floor(c * 25) AS target
    FROM drawn
  )
  SELECT id, tenant AS tenant_id, at, 'keeper' AS source, action, outcome,
         CASE WHEN action LIKE 'person.%' THEN 'person' ELSE 'token' END AS actor_type, actor::text AS actor_id,
         'collection' AS target_type, target AS target_id, 'req_' || substr(md5('req' || n / 2), 1, 16) AS req, n
  FROM chosen`;

/** The bytes of an entry, its members in the order of RFC 8785. */
const ENTRY = `convert_to(format(
  '{"action":"%s","actor":{"id":"%s","type":"%s"},"detail":{"collection":"%s","count":%s,"failed":0,"token":"%s","verb":"read"},"id":"%s","outcome":"%s","req":"%s","source":"keeper","t":"%s","target":{"id":"%s","type":"%s"},"tenant":%s,"v":1}',
  action, actor_id, actor_type, target_id, n % 997, actor_id, id, outcome, req, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  target_id, target_type, coalesce('"' || tenant_id || '"', 'null')), 'UTF8')`;

const WORDS =
  "lower(concat_ws(' ', action, outcome, target_type, target_id, actor_type, actor_id, req, target_id, n % 997, 0, actor_id, 'read'))";

/** What the triggers and the sequencer would write, but that nobody may write for another time and these are of three months. */
const fillStep = async (sql: TransactionSql, step: readonly unknown[]): Promise<void> => {
  await sql`SET LOCAL session_replication_role = replica`;
  await sql.unsafe(
    `WITH event AS MATERIALIZED (SELECT e.*, ${ENTRY} AS entry FROM (${EVENTS}) AS e), events AS (
       INSERT INTO audit_event (id, tenant_id, at, entry, source, action, outcome, actor_type, actor_id, target_type, target_id, req, xid)
       SELECT id, tenant_id, at, entry, source, action, outcome, actor_type, actor_id, target_type, target_id, req, '3'::xid8 FROM event
     ), leaves AS (
       INSERT INTO audit_leaf (log_id, leaf_index, event_id, leaf_hash)
       SELECT coalesce(tenant_id, $6::uuid), 1000000 + n, id, sha256('\\x00'::bytea || entry) FROM event
     )
     INSERT INTO audit_text (event_id, log_id, text) SELECT id, coalesce(tenant_id, $6::uuid), ${WORDS} FROM event`,
    step as never[],
  );
};

const COUNTS = `
  INSERT INTO audit_hour (log_id, hour, action, outcome, actor_id, count)
  SELECT coalesce(tenant_id, $1::uuid), date_trunc('hour', at, 'UTC'), action, outcome, actor_id, count(*)
  FROM audit_event WHERE xid = '3'::xid8 GROUP BY 1, 2, 3, 4, 5`;
const DAYS = `
  INSERT INTO audit_day (log_id, day, action, outcome, count)
  SELECT log_id, date_trunc('day', hour, 'UTC'), action, outcome, sum(count) FROM audit_hour GROUP BY 1, 2, 3, 4`;

const ACTOR_DAYS = `
  INSERT INTO audit_actor_day (log_id, day, actor_id, action, outcome, count)
  SELECT log_id, date_trunc('day', hour, 'UTC'), actor_id, action, outcome, sum(count) FROM audit_hour GROUP BY 1, 2, 3, 4, 5`;

/** Runs without the indexes that only searches need, and makes them afterwards: a row at a time they take hours. */
const withoutIndexes = async (t: TestDatabase, run: () => Promise<void>): Promise<void> => {
  const indexes = await t.superuser<{ name: string; definition: string }[]>`
    SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
    WHERE i.indrelid IN ('audit_event'::regclass, 'audit_leaf'::regclass, 'audit_text'::regclass) AND NOT i.indisprimary`;
  for (const { name } of indexes) await t.superuser`DROP INDEX ${t.superuser(name)}`;
  await run();
  for (const { definition } of indexes)
    await t.superuser.begin(async (sql) => {
      await sql`SET LOCAL maintenance_work_mem = '512MB'`;
      await sql.unsafe(definition);
    });
};

export type FilledLog = { events: number; slugs: string[]; tenantIds: string[]; oldest: Date; newest: Date };

/** A log of three months, as an application of twenty tenants leaves it: mostly windows of data access, few denials. */
export const fillLog = async (
  t: TestDatabase,
  events: number,
  say: (line: string) => void,
): Promise<FilledLog> => {
  const slugs: string[] = [];
  const tenantIds: string[] = [];
  for (let i = 0; i < TENANTS; i += 1) {
    const { result } = await createTenant(cliContext(t), { slug: `bench-${i}`, name: `Bench ${i}` });
    slugs.push(`bench-${i}`);
    tenantIds.push(result.id);
  }
  const newest = new Date(Date.now() - 60_000);
  const ids = `{${tenantIds.join(",")}}`;
  await withoutIndexes(t, async () => {
    for (let from = 0; from < events; from += STEP) {
      const to = Math.min(from + STEP, events);
      await t.superuser.begin(async (sql) => {
        await sql`SELECT setseed(${(from % 997) / 997}), set_config('statement_timeout', '0', true)`;
        await fillStep(sql, [from, to, events, newest.toISOString(), ids, t.deploymentId]);
      });
      if (from % (STEP * 10) === 0) say(`${to} of ${events} events`);
    }
    await t.superuser.unsafe(COUNTS, [t.deploymentId]);
    await t.superuser.unsafe(DAYS);
    await t.superuser.unsafe(ACTOR_DAYS);
  });
  await t.superuser`VACUUM (ANALYZE) audit_event`;
  await t.superuser`VACUUM (ANALYZE) audit_leaf`;
  await t.superuser`VACUUM (ANALYZE) audit_text`;
  await t.superuser`VACUUM (ANALYZE) audit_hour`;
  await t.superuser`VACUUM (ANALYZE) audit_day`;
  await t.superuser`VACUUM (ANALYZE) audit_actor_day`;
  return { events, slugs, tenantIds, oldest: new Date(newest.getTime() - BENCH_DAYS * 86_400_000), newest };
};
