import type { TransactionSql } from "postgres";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { cliContext } from "#keeper/testing/test-keeper.ts";
import { createTenant } from "#lib/services/tenants/create-tenant.ts";

export const BENCH_DAYS = 90;
const TENANTS = 20;
const STEP = 20_000;

/** So that every tenth actor and action is rare and most events are of a few. */
const EVENTS = `
  WITH drawn AS (
    SELECT n, $4::timestamptz - (($3 - n)::double precision / $3) * make_interval(days => ${BENCH_DAYS}) AS at,
           ids.tenant, power(random(), 2) AS a, random() AS b, random() AS c, random() AS d
    FROM generate_series($1::bigint, $2::bigint - 1) AS n
    CROSS JOIN LATERAL (SELECT ($5::uuid[])[1 + floor(power(random() + n * 0, 2) * ${TENANTS})::integer] AS tenant) AS ids
  ), chosen AS (
    SELECT n, date_trunc('milliseconds', at) AS at,
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
  SELECT md5('event' || n)::uuid AS id, tenant AS tenant_id, at, 'keeper' AS source, action, outcome,
         CASE WHEN action LIKE 'person.%' THEN 'person' ELSE 'token' END AS actor_type, actor::text AS actor_id,
         'collection' AS target_type, target AS target_id, 'req_' || substr(md5('req' || n / 2), 1, 16) AS req, n
  FROM chosen`;

/** The bytes of an entry, its members in the order of RFC 8785. */
const ENTRY = `convert_to(format(
  '{"action":"%s","actor":{"id":"%s","type":"%s"},"detail":{"collection":"%s","count":%s,"failed":0,"token":"%s","verb":"read"},"id":"%s","outcome":"%s","req":"%s","source":"keeper","t":"%s","target":{"id":"%s","type":"%s"},"tenant":%s,"v":1}',
  action, actor_id, actor_type, target_id, n % 997, actor_id, id, outcome, req, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  target_id, target_type, coalesce('"' || tenant_id || '"', 'null')), 'UTF8')`;

const fillStep = async (sql: TransactionSql, step: readonly unknown[]): Promise<void> => {
  // The triggers let nobody write for another time; these events are of three months.
  await sql`SET LOCAL session_replication_role = replica`;
  await sql.unsafe(
    `INSERT INTO audit_event (id, tenant_id, at, entry, source, action, outcome, actor_type, actor_id, target_type, target_id, req, xid)
     SELECT id, tenant_id, at, ${ENTRY}, source, action, outcome, actor_type, actor_id, target_type, target_id, req, '3'::xid8
     FROM (${EVENTS}) AS event`,
    step.slice(0, 5) as never[],
  );
  await sql.unsafe(
    `INSERT INTO audit_leaf (log_id, leaf_index, event_id, leaf_hash)
     SELECT coalesce(e.tenant_id, $3::uuid), 1000000 + n, e.id, sha256(e.entry)
     FROM generate_series($1::bigint, $2::bigint - 1) AS n JOIN audit_event e ON e.id = md5('event' || n)::uuid`,
    [step[0], step[1], step[5]] as never[],
  );
  await sql.unsafe(
    `SELECT audit_index_events(ARRAY(SELECT md5('event' || n)::uuid FROM generate_series($1::bigint, $2::bigint - 1) AS n))`,
    [step[0], step[1]] as never[],
  );
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
  await t.superuser`SELECT setseed(0.5)`;
  for (let from = 0; from < events; from += STEP) {
    const to = Math.min(from + STEP, events);
    await t.superuser.begin(async (sql) => {
      await sql`SELECT setseed(${(from % 997) / 997})`;
      const ids = `{${tenantIds.join(",")}}`;
      const base = [from, to, events, newest.toISOString(), ids];
      await sql`SELECT set_config('statement_timeout', '0', true)`;
      await fillStep(sql, [...base, t.deploymentId]);
    });
    if (from % (STEP * 10) === 0) say(`${to} of ${events} events`);
  }
  await t.superuser`VACUUM (ANALYZE) audit_event`;
  await t.superuser`VACUUM (ANALYZE) audit_leaf`;
  await t.superuser`VACUUM (ANALYZE) audit_text`;
  await t.superuser`VACUUM (ANALYZE) audit_hour`;
  await t.superuser`VACUUM (ANALYZE) audit_day`;
  return { events, slugs, tenantIds, oldest: new Date(newest.getTime() - BENCH_DAYS * 86_400_000), newest };
};
