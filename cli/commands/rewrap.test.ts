import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Printed } from "#cli/testing/run-test-cli.ts";
import { createTestDataDir, runTestCli } from "#cli/testing/run-test-cli.ts";
import { upsertHeartbeat } from "#db/queries/heartbeat.ts";
import { withOperator } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { createTestKeeper, makeTenantWithKey, rotate } from "#keeper/testing/test-keeper.ts";

let t: TestDatabase;
let k: TestKeeper;
let dir: ReturnType<typeof createTestDataDir>;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
  dir = createTestDataDir(t);
});
afterAll(async () => {
  await k.close();
  await t.drop();
  dir.remove();
});

const keyfold = (line: string, operationTimeoutMs = 10_000): Promise<Printed> =>
  runTestCli(line.split(" "), { dataDir: dir.dataDir, operationTimeoutMs });

const startJob = async (slug: string): Promise<string> => {
  await makeTenantWithKey(t, k.keeper, slug);
  const { json } = await keyfold(`rewrap start default --tenant ${slug} --json`);
  return (json as { id: string }).id;
};

const JOB_FIELDS = [
  "id",
  "tenant",
  "key",
  "mode",
  "status",
  "total",
  "processed",
  "failed",
  "percent",
  "rate_per_second",
  "eta_seconds",
  "started_at",
  "completed_at",
];

describe("a rewrap", () => {
  it("returns when its job is on record, as the job object", async () => {
    await makeTenantWithKey(t, k.keeper, "acme");
    await rotate(t, k.keeper, "acme");
    const { exit, json, err } = await keyfold("rewrap start default --tenant acme --max-rate 500 --json");
    expect([exit, err]).toEqual([0, ""]);
    expect(Object.keys(json as object)).toEqual(JOB_FIELDS);
    expect(json).toMatchObject({
      tenant: "acme",
      key: "default",
      mode: "rewrap",
      status: "queued",
      total: 0,
    });
    const { id } = json as { id: string };
    expect((await keyfold(`rewrap status ${id} --json`)).json).toEqual(json);
    const [row] = await t.superuser`SELECT max_rate, target_version FROM rewrap_job WHERE id = ${id}`;
    expect(row).toEqual({ max_rate: 500, target_version: 2 });
    expect(await keyfold("rewrap start default --tenant acme --json")).toMatchObject({
      exit: 1,
      json: { error: { code: "CONFLICT" } },
    });
  });

  it("is paused, resumed, cancelled, and listed", async () => {
    const id = await startJob("bravo");
    for (const [verb, status] of [
      ["pause", "paused"],
      ["resume", "queued"],
      ["cancel", "cancelled"],
    ]) {
      const done = await keyfold(`rewrap ${verb} ${id} --json`);
      expect(done).toMatchObject({ exit: 0, json: { id, status } });
    }
    const again = await keyfold(`rewrap resume ${id} --json`);
    expect(again).toMatchObject({ exit: 1, json: { error: { code: "INVALID_STATE" } } });
    expect((await keyfold("rewrap list --tenant bravo --json")).json).toMatchObject({
      jobs: [{ id, status: "cancelled" }],
    });
    expect((await keyfold("rewrap list")).out).toContain(id);
  });

  it("is a re-encrypt when asked for, and takes another intensity while it runs", async () => {
    await makeTenantWithKey(t, k.keeper, "anew");
    const start = "rewrap start default --tenant anew";
    expect((await keyfold(`${start} --mode both`)).exit).toBe(2);
    const { json } = await keyfold(`${start} --mode re-encrypt --intensity 50 --json`);
    expect(json).toMatchObject({ mode: "re-encrypt", status: "queued" });
    const { id } = json as { id: string };
    expect((await keyfold(`rewrap set ${id} --intensity 30`)).exit).toBe(2);
    expect(await keyfold(`rewrap set ${id} --intensity 25 --json`)).toMatchObject({ exit: 0, json: { id } });
    const [row] = await t.superuser`SELECT mode, intensity FROM rewrap_job WHERE id = ${id}`;
    expect(row).toEqual({ mode: "re-encrypt", intensity: 25 });
    expect(await keyfold(`rewrap retry ${id} --json`)).toMatchObject({
      exit: 1,
      json: { error: { code: "INVALID_STATE" } },
    });
  });

  it("that is not there, or of a key that is not, ends with 1", async () => {
    const unknown = "0190f3a0-b2c4-7def-8123-456789abcdef";
    expect((await keyfold(`rewrap status ${unknown}`)).exit).toBe(1);
    expect((await keyfold("rewrap pause nonsense")).exit).toBe(1);
    await makeTenantWithKey(t, k.keeper, "keyless");
    expect(await keyfold("rewrap start other --tenant keyless --json")).toMatchObject({
      exit: 1,
      json: { error: { code: "KEY_MISSING", message: expect.stringContaining("other") } },
    });
    expect((await keyfold("rewrap start default --tenant keyless --max-rate 0")).exit).toBe(2);
  });
});

describe("waiting for a rewrap", () => {
  const beat = () =>
    withOperator(t.keeper, (tx) =>
      upsertHeartbeat(tx, { keeperId: k.keeper.id, startedAt: new Date().toISOString(), body: {} }),
    );

  it("ends with 4 when no keeper works", async () => {
    await makeTenantWithKey(t, k.keeper, "nobody");
    const { exit, err } = await keyfold("rewrap start default --tenant nobody --wait", 200);
    expect(err).toMatch(/look with keyfold rewrap status [0-9a-f-]{36}/);
    expect(exit).toBe(4);
  });

  it("goes on while a keeper lives, and ends with 1 when it was cancelled", async () => {
    await makeTenantWithKey(t, k.keeper, "waiting");
    await beat();
    const waiting = keyfold("rewrap start default --tenant waiting --wait --json", 200);
    await expect
      .poll(async () => (await keyfold("rewrap list --tenant waiting --json")).json)
      .toMatchObject({ jobs: [{ status: "queued" }] });
    const { jobs } = (await keyfold("rewrap list --tenant waiting --json")).json as {
      jobs: { id: string }[];
    };
    // Longer than a wait without a keeper would have taken.
    await new Promise((resolve) => setTimeout(resolve, 700));
    await keyfold(`rewrap cancel ${jobs[0]?.id}`);
    expect(await waiting).toMatchObject({ exit: 1, json: { id: jobs[0]?.id, status: "cancelled" } });
  });
});
