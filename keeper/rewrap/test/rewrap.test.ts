import { randomUUID } from "node:crypto";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { countDeks } from "#db/queries/census.ts";
import { claimJob } from "#db/queries/rewrap-lease.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { cliContext, createTestKeeper, makeTenantWithKey, rotate } from "#keeper/testing/test-keeper.ts";
import { newUuid } from "#lib/crypto/uuid.ts";
import { cancelRewrap } from "#lib/services/rewrap/cancel-rewrap.ts";
import { pauseRewrap } from "#lib/services/rewrap/pause-rewrap.ts";
import { resumeRewrap } from "#lib/services/rewrap/resume-rewrap.ts";
import type { Scene } from "./scene.ts";
import {
  ended,
  eventsOf,
  fillDeks,
  jobOf,
  putFreshDeks,
  startEngine,
  startJob,
  until,
  wrongDeks,
} from "./scene.ts";

let t: TestDatabase;
let k: TestKeeper;
let scene: Scene;
let engine: { close(): Promise<void> } | undefined;
let tenants = 0;

beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
});
afterAll(async () => {
  await k.close();
  await t.drop();
});
beforeEach(async () => {
  const made = await makeTenantWithKey(t, k.keeper, `tenant-${(tenants += 1)}`);
  scene = { t, keeper: k.keeper, ...made, deks: new Map() };
});
afterEach(async () => {
  await engine?.close();
  engine = undefined;
});

const census = () => withTenant(t.keeper, scene.tenantId, (tx) => countDeks(tx, scene.keyId));
const ask = { tenant: "", job: "" };
const request = (job: string) => ({ ...ask, tenant: scene.slug, job });
const asSuperuser = async (statement: string) => {
  await t.superuser.begin(async (sql) => {
    await sql`SET LOCAL session_replication_role = replica`;
    await sql.unsafe(statement);
  });
};

describe("a rewrap", () => {
  it("moves every DEK to the current version, payload keys unchanged, and counts them exactly", async () => {
    await fillDeks(scene, 1, 333);
    await rotate(t, k.keeper, scene.slug);
    engine = await startEngine(scene);
    const id = await startJob(scene);
    const job = await until(scene, id, ended);
    expect(job).toMatchObject({ status: "completed", total: 333, processed: 333, failed: 0, percent: 100 });
    expect(job.started_at).not.toBeNull();
    expect(job.completed_at).not.toBeNull();
    expect(await census()).toEqual(new Map([[2, 333]]));
    expect(await wrongDeks(scene)).toEqual([]);
    expect(await eventsOf(scene, id)).toEqual([
      "rewrap.started",
      "rewrap.planned",
      ...Array(5).fill("rewrap.chunk_completed"),
      "rewrap.finishing",
      "rewrap.completed",
    ]);
  });

  it("moves DEKs from several versions, those written after the rotation excepted", async () => {
    await fillDeks(scene, 1, 50);
    await rotate(t, k.keeper, scene.slug);
    await fillDeks(scene, 2, 50);
    await rotate(t, k.keeper, scene.slug);
    await fillDeks(scene, 3, 10);
    engine = await startEngine(scene);
    const job = await until(scene, await startJob(scene), ended);
    expect(job).toMatchObject({ status: "completed", total: 100, processed: 100 });
    expect(await census()).toEqual(new Map([[3, 110]]));
    expect(await wrongDeks(scene)).toEqual([]);
  });

  it("of nothing completes at once", async () => {
    engine = await startEngine(scene);
    const job = await until(scene, await startJob(scene), ended);
    expect(job).toMatchObject({ status: "completed", total: 0, processed: 0, percent: 100 });
  });

  it("lists what does not open and moves the rest", async () => {
    const [broken = ""] = await fillDeks(scene, 1, 90);
    await asSuperuser(
      `UPDATE dek SET wrapped_dek = set_byte(wrapped_dek, 90, get_byte(wrapped_dek, 90) # 1) WHERE record_id = '${broken}'`,
    );
    await rotate(t, k.keeper, scene.slug);
    engine = await startEngine(scene);
    const id = await startJob(scene);
    const job = await until(scene, id, ended);
    expect(job).toMatchObject({
      status: "completed_with_failures",
      total: 90,
      processed: 89,
      failed: 1,
      failures: [{ code: "DECRYPT_FAILED", count: 1 }],
    });
    expect(await wrongDeks(scene)).toEqual([broken]);
    expect(await census()).toEqual(
      new Map([
        [1, 1],
        [2, 89],
      ]),
    );
    expect(await eventsOf(scene, id)).toContain("crypto.decrypt_failed");
  });

  it("counts what foreground writes replaced or deleted before it came", async () => {
    const ids = await fillDeks(scene, 1, 200);
    await rotate(t, k.keeper, scene.slug);
    const id = await startJob(scene, 400);
    engine = await startEngine(scene);
    await until(scene, id, (job) => job.processed > 0);
    const replaced = ids.slice(-30, -10);
    await withTenant(t.keeper, scene.tenantId, (tx) => putFreshDeks(scene, tx, 2, replaced));
    for (const gone of ids.slice(-10)) scene.deks.delete(gone);
    await t.superuser`DELETE FROM dek WHERE record_id IN ${t.superuser(ids.slice(-10))}`;
    const job = await until(scene, id, ended);
    expect(job).toMatchObject({ status: "completed", total: 200, processed: 200, failed: 0 });
    expect(await census()).toEqual(new Map([[2, 190]]));
    expect(await wrongDeks(scene)).toEqual([]);
  });
});

describe("a rewrap that is asked to", () => {
  it("pause moves nothing more, and resume goes on where it was", async () => {
    await fillDeks(scene, 1, 200);
    await rotate(t, k.keeper, scene.slug);
    const id = await startJob(scene, 200);
    engine = await startEngine(scene);
    await until(scene, id, (job) => job.processed > 0);
    await pauseRewrap(cliContext(t), request(id));
    const before = await census();
    expect(before.get(1)).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await census()).toEqual(before);
    expect(await jobOf(scene, id)).toMatchObject({
      status: "paused",
      processed: before.get(2) ?? 0,
      eta_seconds: null,
    });
    await resumeRewrap(cliContext(t), request(id));
    expect(await until(scene, id, ended)).toMatchObject({ status: "completed", total: 200, processed: 200 });
    expect(await wrongDeks(scene)).toEqual([]);
    expect(await eventsOf(scene, id)).toEqual(
      expect.arrayContaining(["rewrap.paused", "rewrap.resumed", "rewrap.running"]),
    );
  });

  it("cancel leaves the rest where it is and refuses to go on", async () => {
    await fillDeks(scene, 1, 200);
    await rotate(t, k.keeper, scene.slug);
    const id = await startJob(scene, 200);
    engine = await startEngine(scene);
    await until(scene, id, (job) => job.processed > 0);
    await cancelRewrap(cliContext(t), request(id));
    const before = await census();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await census()).toEqual(before);
    await expect(resumeRewrap(cliContext(t), request(id))).rejects.toMatchObject({ code: "INVALID_STATE" });
    expect(await wrongDeks(scene)).toEqual([]);
    // The key is free for another.
    const next = await until(scene, await startJob(scene), ended);
    expect(next).toMatchObject({ status: "completed", total: before.get(1), processed: before.get(1) });
  });

  it("hold its rate does", async () => {
    await fillDeks(scene, 1, 120);
    await rotate(t, k.keeper, scene.slug);
    engine = await startEngine(scene);
    const started = performance.now();
    await until(scene, await startJob(scene, 100), ended);
    const seconds = (performance.now() - started) / 1000;
    expect(seconds).toBeGreaterThan(0.8);
  });
});

describe("a rewrap during which", () => {
  it("the key is rotated moves everything to the newer version", async () => {
    await fillDeks(scene, 1, 150);
    await rotate(t, k.keeper, scene.slug);
    const id = await startJob(scene, 300);
    engine = await startEngine(scene);
    await until(scene, id, (job) => job.processed > 0);
    expect(await rotate(t, k.keeper, scene.slug)).toBe(3);
    const job = await until(scene, id, ended);
    expect(job).toMatchObject({ status: "completed", target_version: 3, total: 150, processed: 150 });
    expect(await census()).toEqual(new Map([[3, 150]]));
    expect(await wrongDeks(scene)).toEqual([]);
    expect(await eventsOf(scene, id)).toContain("rewrap.retargeted");
  });

  it("the key is suspended waits, says why, and resumes by itself", async () => {
    await fillDeks(scene, 1, 60);
    await rotate(t, k.keeper, scene.slug);
    await asSuperuser(`UPDATE key SET status = 'suspended' WHERE id = '${scene.keyId}'`);
    engine = await startEngine(scene);
    const id = await startJob(scene);
    await until(scene, id, (job) => job.status === "waiting" && job.wait_code === "KEY_SUSPENDED");
    expect(await census()).toEqual(new Map([[1, 60]]));
    await asSuperuser(`UPDATE key SET status = 'enabled' WHERE id = '${scene.keyId}'`);
    expect(await until(scene, id, ended)).toMatchObject({
      status: "completed",
      processed: 60,
      wait_code: null,
    });
    const events = await eventsOf(scene, id);
    expect(events.filter((action) => action === "rewrap.waiting")).toHaveLength(1);
  });

  it("the KMS cannot be reached waits with its code and is retried", async () => {
    await fillDeks(scene, 1, 60);
    await rotate(t, k.keeper, scene.slug);
    const id = await startJob(scene);
    k.keeper.keks.drop(scene.tenantId);
    renameSync(join(k.dataDir, "kms"), join(k.dataDir, "away"));
    try {
      engine = await startEngine(scene);
      const waiting = await until(scene, id, (job) => job.status === "waiting");
      expect(waiting.wait_code).toMatch(/^KMS_/);
    } finally {
      renameSync(join(k.dataDir, "away"), join(k.dataDir, "kms"));
    }
    expect(await until(scene, id, ended)).toMatchObject({ status: "completed", processed: 60 });
  });

  it("the key is shredded fails", async () => {
    await fillDeks(scene, 1, 10);
    await asSuperuser(`UPDATE key SET status = 'shredding' WHERE id = '${scene.keyId}'`);
    engine = await startEngine(scene);
    const id = await startJob(scene);
    expect(await until(scene, id, ended)).toMatchObject({ status: "failed", wait_code: "KEY_SHREDDED" });
  });
});

describe("the end of a rewrap", () => {
  it("waits for every transaction that was open across the rotation and moves what they wrote", async () => {
    await fillDeks(scene, 1, 40);
    const late = newUuid();
    const gate = Promise.withResolvers<void>();
    const written = Promise.withResolvers<void>();
    const writer = withTenant(t.keeper, scene.tenantId, async (tx) => {
      await putFreshDeks(scene, tx, 1, [late]);
      written.resolve();
      await gate.promise;
    });
    await written.promise;
    await rotate(t, k.keeper, scene.slug);
    engine = await startEngine(scene);
    const id = await startJob(scene);
    await until(scene, id, (job) => job.status === "finishing" && job.processed === 40);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await jobOf(scene, id)).toMatchObject({ status: "finishing", total: 40 });
    gate.resolve();
    await writer;
    expect(await until(scene, id, ended)).toMatchObject({ status: "completed", total: 41, processed: 41 });
    expect(await census()).toEqual(new Map([[2, 41]]));
    expect(await wrongDeks(scene)).toEqual([]);
  });
});

describe("a keeper that", () => {
  it("has gone leaves a job that another takes up at its cursor when the lease has run out", async () => {
    await fillDeks(scene, 1, 200);
    await rotate(t, k.keeper, scene.slug);
    const id = await startJob(scene, 400);
    engine = await startEngine(scene);
    await until(scene, id, (job) => job.processed > 0);
    await engine.close();
    // As a kill leaves it: owned by a keeper that says nothing more.
    await t.superuser`
      UPDATE rewrap_job SET lease_owner = ${randomUUID()}, lease_until = now() + interval '500 milliseconds' WHERE id = ${id}`;
    const left = await jobOf(scene, id);
    expect(left.status).toBe("running");
    expect(await withTenant(t.keeper, scene.tenantId, (tx) => claimJob(tx, id, k.keeper.id))).toBe(false);
    engine = await startEngine(scene);
    expect(await until(scene, id, ended)).toMatchObject({ status: "completed", total: 200, processed: 200 });
    expect((await eventsOf(scene, id)).filter((action) => action === "rewrap.planned")).toHaveLength(1);
    expect(await wrongDeks(scene)).toEqual([]);
  });

  it("closes gives its job back at once", async () => {
    await fillDeks(scene, 1, 200);
    await rotate(t, k.keeper, scene.slug);
    const id = await startJob(scene, 200);
    engine = await startEngine(scene);
    await until(scene, id, (job) => job.processed > 0);
    await engine.close();
    engine = undefined;
    const other = randomUUID();
    expect(await withTenant(t.keeper, scene.tenantId, (tx) => claimJob(tx, id, other))).toBe(true);
  });
});
