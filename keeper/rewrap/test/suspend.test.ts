import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { countDeks } from "#db/queries/census.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import {
  cliContext,
  createTestKeeper,
  makeTenantWithKey,
  rotate,
  settle,
} from "#keeper/testing/test-keeper.ts";
import { compromiseVersion } from "#lib/services/keys/compromise-version.ts";
import { resumeKey } from "#lib/services/keys/resume-key.ts";
import { suspendKey } from "#lib/services/keys/suspend-key.ts";
import { ended, eventsOf, fillDeks, startEngine, startJob, until, wrongDeks } from "./scene.ts";

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

it("a key that is suspended in the middle of its rewrap makes it wait and say for what; resumed, it completes", async () => {
  const made = await makeTenantWithKey(t, k.keeper, "midway");
  const scene = { t, keeper: k.keeper, ...made, deks: new Map<string, string>() };
  await fillDeks(scene, 1, 300);
  await rotate(t, k.keeper, scene.slug);
  const engine = await startEngine(scene);
  try {
    const job = await startJob(scene, 100);
    await until(scene, job, ({ processed }) => processed >= 20);
    const key = { tenant: scene.slug, key: "default" };
    await settle(t, k.keeper, await suspendKey(cliContext(t), key));
    const waiting = await until(scene, job, ({ status }) => status === "waiting");
    expect(waiting).toMatchObject({ wait_code: "KEY_SUSPENDED" });
    expect(waiting.processed).toBeLessThan(300);
    const census = () => withTenant(t.keeper, scene.tenantId, (tx) => countDeks(tx, scene.keyId));
    const before = await census();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await census()).toEqual(before);
    await settle(t, k.keeper, await resumeKey(cliContext(t), key));
    expect(await until(scene, job, ended)).toMatchObject({ status: "completed", processed: 300, failed: 0 });
    expect(await census()).toEqual(new Map([[2, 300]]));
    expect(await wrongDeks(scene)).toEqual([]);
    const told = await eventsOf(scene, job);
    expect(told.filter((action) => action === "rewrap.waiting")).toHaveLength(1);
    expect(told.at(-1)).toBe("rewrap.completed");
  } finally {
    await engine.close();
  }
}, 30_000);

it("a version compromised in the middle of its rewrap gives nothing more to it; what is left needs a re-encrypt", async () => {
  const made = await makeTenantWithKey(t, k.keeper, "leaked");
  const scene = { t, keeper: k.keeper, ...made, deks: new Map<string, string>() };
  await fillDeks(scene, 1, 300);
  await rotate(t, k.keeper, scene.slug);
  const engine = await startEngine(scene);
  try {
    const job = await startJob(scene, 100);
    await until(scene, job, ({ processed }) => processed >= 20);
    const version = { tenant: scene.slug, key: "default", version: 1 };
    const reason = "found in a log that left the house";
    await settle(t, k.keeper, await compromiseVersion(cliContext(t), { ...version, reason }));
    const end = await until(scene, job, ended);
    expect(end.status).toBe("completed_with_failures");
    expect(end.failures).toMatchObject([{ code: "INVALID_STATE", count: end.failed }]);
    expect(end.processed + end.failed).toBe(300);
    const left = await withTenant(t.keeper, scene.tenantId, (tx) => countDeks(tx, scene.keyId));
    expect(left.get(1)).toBe(end.failed);
    await expect(startJob(scene)).rejects.toMatchObject({ code: "INVALID_STATE" });
  } finally {
    await engine.close();
  }
}, 30_000);
