import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { SAMPLE_BEGINS } from "#cli/supervise/sample.ts";
import { createTestDataDir, runTestCli } from "#cli/testing/run-test-cli.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { startOperations } from "#keeper/operations/start.ts";
import { startRewraps } from "#keeper/rewrap/start.ts";
import { startServer } from "#keeper/server/start.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { cliContext, createTestKeeper, makeTenantWithKey, settle } from "#keeper/testing/test-keeper.ts";
import { createTenant } from "#lib/services/tenants/create-tenant.ts";
import { getTenant } from "#lib/services/tenants/get-tenant.ts";
import { listTenants } from "#lib/services/tenants/list-tenants.ts";
import { searchEvents } from "#lib/services/audit/search-events.ts";
import { listKeys } from "#lib/services/keys/list-keys.ts";
import { listJobs } from "#lib/services/rewrap/list-jobs.ts";
import { listTokens } from "#lib/services/tokens/list-tokens.ts";
import { removeSampleTenant } from "#lib/services/sample/remove-sample-tenant.ts";
import { inventedRecord } from "./invented.ts";
import { loadSample } from "./load.ts";
import { samplePlan, writtenAfter } from "./plan.ts";

const RECORDS = 600;
/** A whole load is some thirty steps, each of which waits for a keeper. */
const LOAD_MS_MAX = 90_000;
let t: TestDatabase;
let k: TestKeeper;
let dir: ReturnType<typeof createTestDataDir>;
let parts: { close(): Promise<void> }[] = [];
let url = "";
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
  dir = createTestDataDir(t);
  const server = await startServer(k.keeper, { port: 0 });
  url = server.url;
  process.env.KEYFOLD_KEEPER_URL = url;
  parts = [server, startOperations(k.keeper), await startRewraps(k.keeper, { pollMs: 50 })];
});
afterAll(async () => {
  delete process.env.KEYFOLD_KEEPER_URL;
  for (const part of parts) await part.close();
  await k.close();
  await t.drop();
  dir.remove();
});

const keyfold = (line: string) => runTestCli(line.split(" "), { dataDir: dir.dataDir });
const recordsOf = async (): Promise<Record<string, number>> =>
  Object.fromEntries(
    (
      await t.superuser<{ slug: string; n: number }[]>`
        SELECT t.slug, count(r.id)::int AS n FROM tenant t LEFT JOIN record r ON r.tenant_id = t.id GROUP BY t.slug`
    ).map(({ slug, n }) => [slug, n]),
  );

it("is the same at every run, and its plan writes every record once", () => {
  expect(inventedRecord(1, 7)).toEqual(inventedRecord(1, 7));
  expect(inventedRecord(1, 7)).not.toEqual(inventedRecord(2, 7));
  expect(inventedRecord(0, 0).fields).toMatchObject({
    email: expect.stringMatching(/@example\.com$/),
    government_id: expect.stringMatching(/^000-/),
  });
  const plan = samplePlan(20_000);
  expect(writtenAfter(plan, plan.length)).toBe(60_000);
});

it(
  "goes on where it was cut short, and ends with what it promises",
  async () => {
    const ctx = cliContext(t);
    const stop = new AbortController();
    const cut = loadSample(ctx, {
      url,
      records: RECORDS,
      signal: stop.signal,
      tell: (written) => written >= RECORDS && stop.abort(),
    });
    await expect(cut).rejects.toThrow();
    const { json } = await keyfold("sample status --json");
    expect(json).toMatchObject({ sample: { state: "loading", records: RECORDS } });
    await t.superuser`UPDATE sample_run SET updated_at = now() - interval '1 hour'`;
    expect((await keyfold("sample status")).out).toContain("It was cut short.");

    const loaded = await keyfold("sample load --if-empty --json");
    expect(loaded.json).toMatchObject({ loaded: true, records: 3 * RECORDS });
    expect(loaded.err).toContain(`${SAMPLE_BEGINS}\n`);
    expect(await recordsOf()).toEqual({ northwind: RECORDS, meridian: RECORDS, osprey: RECORDS });

    const versions = async (tenant: string) =>
      (await listKeys(ctx, { tenant })).keys[0]?.versions.map(({ deks }) => deks);
    expect(await versions("northwind")).toEqual([0, 0, RECORDS]);
    expect(await versions("meridian")).toEqual([RECORDS * 0.7, RECORDS * 0.3]);
    const { jobs } = await listJobs(ctx, { tenant: "osprey" });
    expect(jobs[0]).toMatchObject({ status: "paused", failed: 0 });
    expect(jobs[0]?.processed).toBeGreaterThanOrEqual((RECORDS * 0.85) / 2);
    expect(jobs[0]?.processed).toBeLessThan(RECORDS * 0.85);
    for (const tenant of ["northwind", "meridian", "osprey"]) {
      const { tokens } = await listTokens(ctx, { tenant });
      expect(tokens.map(({ status }) => status)).not.toContain("active");
    }
    const { events } = await searchEvents(ctx, { tenant: "meridian", limit: 200 });
    const actions = events.map(({ action }) => action);
    expect(actions.filter((action) => action === "access.denied")).toHaveLength(2);
    expect(actions).toContain("token.refused");
  },
  LOAD_MS_MAX,
);

it("is loaded once, and not beside what is there", async () => {
  expect(await keyfold("sample load --json")).toMatchObject({ exit: 0, json: { loaded: false } });
  expect((await keyfold("sample load --if-empty --json")).json).toEqual({ loaded: false });
});

it("is removed with its data; rows, slugs and log stay, and no other tenant can be removed", async () => {
  const ctx = cliContext(t);
  await makeTenantWithKey(t, k.keeper, "mine").catch(() => {});
  await expect(removeSampleTenant(ctx, { tenant: "mine" })).rejects.toMatchObject({ code: "INVALID_STATE" });
  const [before] = await t.superuser`SELECT count(*)::int AS n FROM audit_event`;
  const removed = await keyfold("sample remove --json");
  expect(removed.json).toEqual({ removed: ["meridian", "northwind", "osprey"] });
  const [left] = await t.superuser`
    SELECT (SELECT count(*) FROM record)::int AS records, (SELECT count(*) FROM record_field)::int AS fields,
           (SELECT count(*) FROM dek)::int AS deks,
           (SELECT count(*) FROM key_version v JOIN tenant t ON t.id = v.tenant_id AND t.sample
            WHERE v.state <> 'destroyed' OR v.blob <> '' OR v.current)::int AS versions,
           (SELECT count(*) FROM rewrap_job WHERE status = 'paused')::int AS jobs,
           (SELECT count(*) FROM tenant WHERE removed_at IS NOT NULL)::int AS tenants`;
  expect(left).toEqual({ records: 0, fields: 0, deks: 0, versions: 0, jobs: 0, tenants: 3 });
  const [after] = await t.superuser`SELECT count(*)::int AS n FROM audit_event`;
  expect(after?.n).toBeGreaterThan(before?.n);

  expect((await listTenants(ctx, {})).map(({ slug }) => slug)).toEqual(["mine"]);
  await expect(getTenant(ctx, { tenant: "osprey" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(createTenant(ctx, { slug: "osprey", name: "Again" })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  const { events } = await searchEvents(ctx, { tenant: "osprey", limit: 5 });
  expect(events.map(({ action }) => action)).toContain("tenant.removed");
  expect((await keyfold("sample remove --json")).json).toMatchObject({ error: { code: "NOT_FOUND" } });
  expect((await keyfold("sample load --if-empty --json")).json).toEqual({ loaded: false });
});

it(
  "comes back under other slugs when it is asked for again",
  async () => {
    expect((await keyfold("sample load --records 100 --json")).json).toMatchObject({
      loaded: true,
      tenants: [{ slug: "meridian-2" }, { slug: "northwind-2" }, { slug: "osprey-2" }],
    });
    const removal = await removeSampleTenant(cliContext(t), { tenant: "osprey-2" });
    await expect(settle(t, k.keeper, removal)).resolves.toBeDefined();
  },
  LOAD_MS_MAX,
);
