import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { cliContext, createTestKeeper, makeTenantWithKey, rotate } from "#keeper/testing/test-keeper.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import { listCoverage } from "../records/list-coverage.ts";
import { pauseRewrap } from "../rewrap/pause-rewrap.ts";
import { startRewrap } from "../rewrap/start-rewrap.ts";
import { countStates } from "./count-states.ts";
import { listDecisions } from "./list-decisions.ts";
import { listNextRotations } from "./list-next-rotations.ts";
import { listRunningJobs } from "./list-running-jobs.ts";
import { recentDenials } from "./recent-denials.ts";

const DAY_MS = 86_400_000;
let t: TestDatabase;
let k: TestKeeper;
let ctx: ServiceContext;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
  ctx = { ...cliContext(t), db: t.console, source: "console" };
  await makeTenantWithKey(t, k.keeper, "acme");
});
afterAll(async () => {
  await k.close();
  await t.drop();
});

/** What no service does, past the rules of the database: time that has gone by, a provider that has changed. */
const bend = (statement: string): Promise<unknown> =>
  t.superuser.begin(async (sql) => {
    await sql`SET LOCAL session_replication_role = replica`;
    await sql.unsafe(statement);
  });

it("says nothing where nothing is to be decided, and which rotation comes next, after a year", async () => {
  expect(await listDecisions(ctx, {})).toEqual({ decisions: [], more: false });
  const { rotations } = await listNextRotations(ctx, {});
  expect(rotations).toMatchObject([{ tenant: "acme", key: "default", version: 1 }]);
  const days = (Date.parse(rotations[0]?.dueAt ?? "") - Date.now()) / DAY_MS;
  expect(Math.round(days)).toBe(365);
  expect(await countStates(ctx, {})).toMatchObject({
    tenants: 1,
    keys: 1,
    versions: [{ state: "active", count: 1 }],
  });
});

it("counts and lists what was refused", async () => {
  expect(await recentDenials(ctx, {})).toEqual({ count: 0, capped: false, events: [] });
  const support: ServiceContext = {
    ...ctx,
    actor: { type: "person", id: "0190f3a0-b2c4-7def-8123-456789abcdef", role: "support" },
  };
  await expect(recentDenials(support, {})).rejects.toMatchObject({ code: "FORBIDDEN" });
  const { count, events } = await recentDenials(ctx, {});
  expect(count).toBe(1);
  expect(events).toMatchObject([
    { action: "access.denied", actor: { type: "person" }, at: expect.stringMatching(/Z$/) },
  ]);
});

it("names compromised and overdue versions, a CMK that is not well and jobs that wait, failed or are paused, the gravest first", async () => {
  await rotate(t, k.keeper, "acme");
  const { result } = await startRewrap(cliContext(t), { tenant: "acme", key: "default" });
  expect((await listRunningJobs(ctx, {})).jobs).toMatchObject([{ id: result.id, tenant: "acme" }]);
  await bend("UPDATE key_version SET state = 'compromised' WHERE number = 1");
  await bend(
    "INSERT INTO key_version_transition (tenant_id, key_id, number, rev, from_state, to_state, actor_type, actor_id) SELECT tenant_id, key_id, 1, 9, 'deactivated', 'compromised', 'cli', 'me' FROM key_version WHERE number = 1",
  );
  await bend("UPDATE key_version SET created_at = now() - interval '366 days' WHERE number = 2");
  await bend("UPDATE cmk SET health = 'forbidden'");
  await bend("UPDATE rewrap_job SET status = 'waiting', wait_code = 'KMS_ACCESS_DENIED'");
  const { decisions } = await listDecisions(ctx, {});
  expect(decisions).toMatchObject([
    { kind: "compromised", tenant: "acme", key: "default", version: 1, deks: 0 },
    { kind: "cmk", tenant: null, code: "forbidden" },
    { kind: "job-waiting", tenant: "acme", job: result.id, code: "KMS_ACCESS_DENIED" },
    { kind: "overdue", tenant: "acme", version: 2 },
  ]);
  for (const { at } of decisions) expect(at).toMatch(/^\d{4}-.*Z$/);
  expect((await listNextRotations(ctx, {})).rotations).toEqual([]);
  await bend("UPDATE rewrap_job SET status = 'running', wait_code = NULL");
  expect((await listDecisions(ctx, {})).decisions.map(({ job }) => job)).not.toContain(result.id);
  await pauseRewrap(cliContext(t), { tenant: "acme", job: result.id });
  // Nobody has planned it, so nobody knows how much there is to do.
  expect((await listDecisions(ctx, {})).decisions.at(-1)).toMatchObject({ kind: "job-paused", deks: null });
  await bend("UPDATE rewrap_job SET total = 40, started_at = now()");
  expect((await listDecisions(ctx, {})).decisions.at(-1)).toMatchObject({
    kind: "job-paused",
    tenant: "acme",
    job: result.id,
    mode: "rewrap",
    deks: 40,
  });
  await bend("UPDATE rewrap_job SET status = 'completed_with_failures', wait_code = NULL");
  expect((await listDecisions(ctx, {})).decisions.map(({ kind }) => kind)).toContain("job-failed");
  await startRewrap(cliContext(t), { tenant: "acme", key: "default" });
  expect((await listDecisions(ctx, {})).decisions.map(({ kind }) => kind)).not.toContain("job-failed");
});

it("says which keys are suspended, so that somebody can resume them", async () => {
  expect(await countStates(ctx, {})).toMatchObject({ suspendedKeys: 0, suspended: [] });
  await bend("UPDATE key SET status = 'suspended'");
  expect(await countStates(ctx, {})).toMatchObject({
    suspendedKeys: 1,
    suspended: [{ tenant: "acme", key: "default" }],
  });
  await bend("UPDATE key SET status = 'enabled'");
});

it("counts how far each collection is, and nothing of another tenant", async () => {
  const { tenantId, keyId } = await makeTenantWithKey(t, k.keeper, "wide");
  await rotate(t, k.keeper, "wide");
  await t.superuser`
    WITH made AS (
      INSERT INTO record (tenant_id, id, key_id, collection, record)
      SELECT ${tenantId}, gen_random_uuid(), ${keyId}, CASE WHEN n <= 3 THEN 'customers' ELSE 'orders' END, n::text
      FROM generate_series(1, 4) n RETURNING id, record
    )
    INSERT INTO dek (tenant_id, key_id, record_id, key_version, wrapped_dek)
    SELECT ${tenantId}, ${keyId}, id, CASE WHEN record = '1' THEN 2 ELSE 1 END, decode(repeat('00', 101), 'hex') FROM made`;
  expect(await listCoverage(ctx, { tenant: "wide" })).toEqual({
    collections: [
      { collection: "customers", records: 3, onCurrent: 1 },
      { collection: "orders", records: 1, onCurrent: 0 },
    ],
    more: false,
  });
  expect((await listCoverage(ctx, { tenant: "acme" })).collections).toEqual([]);
});
