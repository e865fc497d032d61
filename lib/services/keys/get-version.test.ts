import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { upsertHeartbeat } from "#db/queries/heartbeat.ts";
import { withOperator, withTenant } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { keeperMeta } from "#keeper/keeper.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { cliContext, createTestKeeper, makeTenantWithKey, rotate } from "#keeper/testing/test-keeper.ts";
import { newId } from "#lib/domain/ids.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import { backupRetention } from "#lib/services/keeper/backup-retention.ts";
import { getVersion } from "./get-version.ts";

let t: TestDatabase;
let k: TestKeeper;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
});
afterAll(async () => {
  await k.close();
  await t.drop();
});

it("a version tells its changes of state with who asked for them, and when its data was used last", async () => {
  const { tenantId } = await makeTenantWithKey(t, k.keeper, "shown");
  await rotate(t, k.keeper, "shown");
  const use = (verb: "read" | "write", key_version: number) => ({
    action: "data.access" as const,
    target: { type: "collection" as const, id: "c" },
    detail: {
      token: newId(),
      verb,
      collection: "c",
      key_version,
      count: 1,
      failed: 0,
      from: new Date().toISOString(),
    },
  });
  await withTenant(t.keeper, tenantId, (tx) =>
    writeEvents(tx, keeperMeta(k.keeper, "req_t"), [use("read", 1), use("write", 2), use("write", 0)]),
  );
  const { watch, version, transitions } = await getVersion(cliContext(t), {
    tenant: "shown",
    key: "default",
    v: "1",
  });
  expect(version).toMatchObject({ number: 1, state: "deactivated", rev: 2, issued: 0, emptySince: null });
  const actor = { type: "cli", id: "tester" };
  expect(transitions).toEqual([
    { from: null, to: "active", at: version.activatedAt, actor },
    { from: "active", to: "deactivated", at: version.deactivatedAt, actor },
  ]);
  const at = expect.stringMatching(/^\d{4}-.*Z$/);
  expect([...watch.uses]).toEqual([
    { version: 1, read: at, written: null },
    { version: 2, read: null, written: at },
  ]);
});

it("what is no version, or another tenant's key, is not there", async () => {
  await makeTenantWithKey(t, k.keeper, "own");
  await makeTenantWithKey(t, k.keeper, "other", "theirs");
  const get = (key: string, v: string) => getVersion(cliContext(t), { tenant: "own", key, v });
  await expect(get("default", "2")).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(get("theirs", "1")).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(get("default", "one")).rejects.toMatchObject({ code: "INVALID_INPUT" });
});

it("the retention of backups is known only when every living keeper knows it", async () => {
  const sequencer = {
    status: "running",
    unsequenced: 0,
    oldestUnsequencedSeconds: null,
    lastCheckpoint: null,
  };
  const crypto = {
    status: "healthy",
    provider: "local",
    key_version: 1,
    dual_key_mode: false,
    checks: { key_valid: true, round_trip: true },
  };
  const beat = (keeperId: string, more: object) =>
    withOperator(t.keeper, (tx) =>
      upsertHeartbeat(tx, {
        keeperId,
        startedAt: new Date().toISOString(),
        body: { crypto, sequencer, ...more },
      }),
    );
  const told = async () => (await backupRetention(cliContext(t), {})).backupSeconds;
  expect(await told()).toBeNull();
  const [first, second] = [newId(), newId()];
  await beat(first, { backupSeconds: 3600 });
  expect(await told()).toBe(3600);
  await beat(second, { backupSeconds: 7200 });
  expect(await told()).toBe(7200);
  await beat(second, {});
  expect(await told()).toBeNull();
  await beat(second, { stopped: true });
  expect(await told()).toBe(3600);
});
