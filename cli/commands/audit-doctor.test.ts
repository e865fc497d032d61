import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TransactionSql } from "postgres";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createTestDataDir, runTestCli } from "#cli/testing/run-test-cli.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { startHeartbeat } from "#keeper/heartbeat/start.ts";
import { startSequencer } from "#keeper/sequencer/start.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { createTestKeeper, makeTenantWithKey } from "#keeper/testing/test-keeper.ts";

let t: TestDatabase;
let k: TestKeeper;
let dir: ReturnType<typeof createTestDataDir>;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
  dir = createTestDataDir(t);
  await makeTenantWithKey(t, k.keeper, "acme");
  // Closing places and signs everything there is; of heartbeats there is one.
  await (await startSequencer(k.keeper)).close();
  await startHeartbeat(k.keeper).close();
  await t.superuser`UPDATE keeper_heartbeat SET body = body - 'stopped'`;
  for (const name of ["anchors", "kms"])
    cpSync(join(k.dataDir, name), join(dir.dataDir, name), { recursive: true });
});
afterAll(async () => {
  await k.close();
  await t.drop();
  dir.remove();
});

const keyfold = (line: string) => runTestCli(line.split(" "), { dataDir: dir.dataDir });

type DoctorReport = { ok: boolean; checks: { name: string; status: string; message: string }[] };
const statuses = (json: unknown) =>
  Object.fromEntries((json as DoctorReport).checks.map(({ name, status }) => [name, status]));

describe("doctor", () => {
  it("finds everything well, and shows no secret", async () => {
    const { exit, json, out } = await keyfold("doctor --json");
    expect(statuses(json)).toMatchObject({
      "data directory": "ok",
      "credentials.json": "ok",
      "root.key": "warning",
      kms: "ok",
      database: "ok",
      keeper: "ok",
      crypto: "ok",
      "root key": "ok",
      sequencer: "ok",
      anchor: "ok",
    });
    expect([exit, (json as DoctorReport).ok]).toEqual([0, true]);
    for (const url of Object.values(t.urls)) expect(out).not.toContain(new URL(url).password);
    expect((await keyfold("doctor")).out).toMatch(/^ok +database +migrated to this version/m);
  });

  it("says of a new root key whether the one before it can be taken away", async () => {
    const roots = (files: object) => t.superuser`
      UPDATE keeper_heartbeat SET body = jsonb_set(body, '{roots}', ${t.superuser.json({ ids: ["b", "a"], damaged: 0, ...files })})`;
    const rootKey = async () =>
      ((await keyfold("doctor --json")).json as DoctorReport).checks.find(({ name }) => name === "root key");
    await roots({ current: 1, previous: 2 });
    expect(await rootKey()).toMatchObject({ status: "warning", message: expect.stringContaining("2 of 3") });
    await roots({ current: 3, previous: 0 });
    expect(await rootKey()).toMatchObject({
      status: "ok",
      message: expect.stringContaining("can be removed"),
    });
  });

  it("takes a keeper that stopped for one that is away at once", async () => {
    await t.superuser`UPDATE keeper_heartbeat SET body = body || '{"stopped": true}'`;
    expect(statuses((await keyfold("doctor --json")).json)).toMatchObject({ keeper: "failed" });
    await t.superuser`UPDATE keeper_heartbeat SET body = body - 'stopped'`;
  });

  it("finds a root key that others may read, and does not repeat it", async () => {
    const file = join(dir.dataDir, "root.key");
    writeFileSync(file, "ab".repeat(32), { mode: 0o644 });
    const { exit, json, out } = await keyfold("doctor --json");
    expect(statuses(json)).toMatchObject({ "root.key": "failed" });
    expect(out).not.toContain("abab");
    expect(exit).toBe(1);
  });

  it("finds a keeper that has gone away and an anchor ahead of the database", async () => {
    await t.superuser`UPDATE keeper_heartbeat SET at = now() - interval '1 minute'`;
    const unguarded = (change: (sql: TransactionSql) => Promise<unknown>) =>
      t.superuser.begin(async (sql) => {
        await sql`SET LOCAL session_replication_role = replica`;
        await change(sql);
      });
    const newest = await t.superuser`SELECT * FROM audit_checkpoint ORDER BY size DESC LIMIT 1`;
    await unguarded((sql) => sql`DELETE FROM audit_checkpoint WHERE size = ${newest[0]?.size}`);
    const { exit, json } = await keyfold("doctor --json");
    await unguarded((sql) => sql`INSERT INTO audit_checkpoint ${sql(newest)}`);
    expect(statuses(json)).toMatchObject({ keeper: "failed", anchor: "failed" });
    expect(exit).toBe(1);
  });

  it("without an instance says what is missing and ends with 1", async () => {
    const { exit, json } = await runTestCli(["doctor", "--json"]);
    expect(statuses(json)).toMatchObject({ "data directory": "failed", database: "failed" });
    expect(exit).toBe(1);
  });
});

describe("audit verify", () => {
  it("counts trees and events of a log that is whole", async () => {
    const { exit, json, err } = await keyfold("audit verify --json");
    expect(json).toEqual({ ok: true, trees: 2, events: expect.any(Number), first_bad: null });
    expect([exit, err]).toEqual([0, ""]);
    expect((await keyfold("audit verify")).out).toMatch(
      /^The log is whole: \d+ events in 2 trees \(one for each tenant, one global\); every signed checkpoint holds\.\n$/,
    );
  });

  it("names the tree and the first bad index of one that was changed", async () => {
    await t.superuser.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`
        UPDATE audit_event SET entry = convert_to(replace(convert_from(entry, 'UTF8'), '"default"', '"defau1t"'), 'UTF8')
        WHERE action = 'key.creation_requested'`;
    });
    const { exit, json } = await keyfold("audit verify --json");
    expect(json).toMatchObject({ ok: false, first_bad: { tree: "acme", index: 1, reason: "LEAF_HASH" } });
    expect(exit).toBe(1);
  });
});
