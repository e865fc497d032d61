import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { countDeks } from "#db/queries/census.ts";
import { claimJob } from "#db/queries/rewrap-lease.ts";
import { findOpenChunks } from "#db/queries/rewrap-plan.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { keeperMeta } from "#keeper/keeper.ts";
import { createCryptoPool } from "#keeper/threads/crypto-pool.ts";
import { createPacer } from "#keeper/rewrap/pacer.ts";
import { planJob } from "#keeper/rewrap/plan-job.ts";
import { createRateMeter } from "#keeper/rewrap/rate-meter.ts";
import { rewrapMethod } from "#keeper/rewrap/rewrap-method.ts";
import { holdJob, type Run, type RunTarget } from "#keeper/rewrap/run.ts";
import type { Prepared } from "#keeper/rewrap/write-batch.ts";
import { writeBatch } from "#keeper/rewrap/write-batch.ts";
import { countKmsCalls } from "#keeper/keys/kms-calls.ts";
import { createThrottle } from "#keeper/rewrap/throttle.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { cliContext, createTestKeeper, makeTenantWithKey, rotate } from "#keeper/testing/test-keeper.ts";
import { pauseRewrap } from "#lib/services/rewrap/pause-rewrap.ts";
import type { Scene } from "./scene.ts";
import { fillDeks, jobOf, putFreshDeks, startJob, wrongDeks } from "./scene.ts";

let t: TestDatabase;
let k: TestKeeper;
let scene: Scene;
let ids: string[];
let jobId: string;
let run: Run;
let target: RunTarget;
let tenants = 0;
const crypto = createCryptoPool({ threads: 1 });

beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
});
afterAll(async () => {
  await crypto.close();
  await k.close();
  await t.drop();
});

/** A job that is planned and claimed, and a batch of it that is read and rewrapped and not yet written. */
const prepare = async (): Promise<Prepared> => {
  const [chunk] = await withTenant(t.keeper, scene.tenantId, (tx) => findOpenChunks(tx, jobId));
  if (!chunk) throw new Error("The job has no plan.");
  const range = { cursor: chunk.cursor, upto: chunk.upto };
  const read = await withTenant(t.keeper, scene.tenantId, (tx) =>
    rewrapMethod.read(tx, run, target, range, 100),
  );
  return { chunk, from: chunk.cursor, read, write: await read.prepare() };
};

beforeEach(async () => {
  const made = await makeTenantWithKey(t, k.keeper, `guard-${(tenants += 1)}`);
  scene = { t, keeper: k.keeper, ...made, deks: new Map() };
  ids = await fillDeks(scene, 1, 20);
  await rotate(t, k.keeper, scene.slug);
  jobId = await startJob(scene);
  const stop = new AbortController().signal;
  run = {
    engine: {
      keeper: k.keeper,
      crypto,
      sizes: { batch: 100, chunk: 100, ahead: 1 },
      stop,
      governor: { share: () => 1 },
      atWork: () => 1,
    },
    tenantId: scene.tenantId,
    jobId,
    req: "req_test",
    meta: keeperMeta(k.keeper, "req_test"),
    signal: stop,
    pacer: createPacer(),
    throttle: createThrottle(() => 1),
    latency: () => ({ before: k.keeper.foreground.calm(), during: k.keeper.foreground.calm() }),
    kmsCalls: countKmsCalls("req_test"),
    rate: createRateMeter(),
    batch: 100,
  };
  target = { mode: "rewrap", keyId: scene.keyId, keyName: "default", targetVersion: 2, madeBefore: "" };
  await withTenant(t.keeper, scene.tenantId, (tx) => claimJob(tx, jobId, k.keeper.id));
  await planJob(run, await withTenant(t.keeper, scene.tenantId, (tx) => holdJob(tx, run)));
});

const census = () => withTenant(t.keeper, scene.tenantId, (tx) => countDeks(tx, scene.keyId));

const setState = (version: number, state: string) =>
  t.superuser.begin(async (sql) => {
    await sql`SET LOCAL session_replication_role = replica`;
    await sql`UPDATE key_version SET state = ${state} WHERE key_id = ${scene.keyId} AND number = ${version}`;
  });

/** A write of a transaction that passed the fence before the rotation: a fresh DEK under the version before. */
const writeLate = async (id: string) => {
  await setState(1, "active");
  await withTenant(t.keeper, scene.tenantId, (tx) => putFreshDeks(scene, tx, 1, [id]));
  await setState(1, "deactivated");
};

describe("between a batch's read and its write", () => {
  it("a DEK replaced under the old version stays the replaced one, and is moved as such", async () => {
    const prepared = await prepare();
    const [replaced = ""] = ids;
    await writeLate(replaced);
    await writeBatch(run, target, prepared);
    expect(await wrongDeks(scene)).toEqual([]);
    expect(await census()).toEqual(new Map([[2, 20]]));
    expect(await jobOf(scene, jobId)).toMatchObject({ total: 20, processed: 20, failed: 0 });
  });

  it("waits for no KMS with rows locked: a KEK that ran out meanwhile sends the batch back", async () => {
    const prepared = await prepare();
    const [replaced = ""] = ids;
    await writeLate(replaced);
    k.keeper.keks.drop(scene.tenantId);
    await expect(writeBatch(run, target, prepared)).rejects.toMatchObject({ reason: "look-again" });
    expect(await census()).toEqual(new Map([[1, 20]]));
    await writeBatch(run, target, await prepare());
    expect(await wrongDeks(scene)).toEqual([]);
    expect(await census()).toEqual(new Map([[2, 20]]));
  });

  it("a DEK that is being replaced under the old version while the batch waits for its row stays the replaced one", async () => {
    const prepared = await prepare();
    const [replaced = ""] = ids;
    const held = Promise.withResolvers<void>();
    await setState(1, "active");
    const writer = withTenant(t.keeper, scene.tenantId, async (tx) => {
      await putFreshDeks(scene, tx, 1, [replaced]);
      held.resolve();
      await new Promise((resolve) => setTimeout(resolve, 100));
    });
    await held.promise;
    await Promise.all([writeBatch(run, target, prepared), writer]);
    expect(await wrongDeks(scene)).toEqual([]);
    expect(await census()).toEqual(new Map([[2, 20]]));
  });

  it("a DEK replaced under the new version or deleted counts as processed", async () => {
    const prepared = await prepare();
    const [replaced = "", deleted = ""] = ids;
    await withTenant(t.keeper, scene.tenantId, (tx) => putFreshDeks(scene, tx, 2, [replaced]));
    await t.superuser`DELETE FROM dek WHERE record_id = ${deleted}`;
    scene.deks.delete(deleted);
    await writeBatch(run, target, prepared);
    expect(await wrongDeks(scene)).toEqual([]);
    expect(await census()).toEqual(new Map([[2, 19]]));
    expect(await jobOf(scene, jobId)).toMatchObject({ total: 20, processed: 20, failed: 0 });
    const [chunk] =
      await t.superuser`SELECT moved::int, skipped::int FROM rewrap_chunk WHERE job_id = ${jobId}`;
    expect(chunk).toEqual({ moved: 18, skipped: 2 });
  });

  it("a table is rewritten: no DEK is put over another that stands in its place now, and all are moved", async () => {
    const prepared = await prepare();
    await t.superuser`DELETE FROM dek WHERE record_id = ${ids[3] ?? ""}`;
    scene.deks.delete(ids[3] ?? "");
    await t.superuser`VACUUM FULL dek`;
    await writeBatch(run, target, prepared);
    expect(await census()).toEqual(new Map([[2, 19]]));
    expect(await wrongDeks(scene)).toEqual([]);
    expect(await jobOf(scene, jobId)).toMatchObject({ total: 20, processed: 20 });
  });

  it("a rotation makes the batch void: nothing is written under a version that is no more current", async () => {
    const prepared = await prepare();
    await rotate(t, k.keeper, scene.slug);
    await expect(writeBatch(run, target, prepared)).rejects.toMatchObject({ reason: "look-again" });
    expect(await census()).toEqual(new Map([[1, 20]]));
  });

  it("a pause makes the batch void", async () => {
    const prepared = await prepare();
    await pauseRewrap(cliContext(t), { tenant: scene.slug, job: jobId });
    await expect(writeBatch(run, target, prepared)).rejects.toMatchObject({ reason: "stopped" });
    expect(await census()).toEqual(new Map([[1, 20]]));
  });

  it("another keeper's claim makes the batch void, though this one still thinks the job its own", async () => {
    const prepared = await prepare();
    await t.superuser`UPDATE rewrap_job SET lease_until = now() - interval '1 second' WHERE id = ${jobId}`;
    const other = "0190f3a0-b2c4-7def-8123-456789abcd09";
    expect(await withTenant(t.keeper, scene.tenantId, (tx) => claimJob(tx, jobId, other))).toBe(true);
    await expect(writeBatch(run, target, prepared)).rejects.toMatchObject({ reason: "stopped" });
    expect(await census()).toEqual(new Map([[1, 20]]));
  });

  it("a foreground transaction that holds a row is given way to, and the batch can be tried again", async () => {
    const prepared = await prepare();
    const held = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const writer = withTenant(t.keeper, scene.tenantId, async (tx) => {
      await putFreshDeks(scene, tx, 2, ids.slice(0, 1));
      held.resolve();
      await release.promise;
    });
    await held.promise;
    await expect(writeBatch(run, target, prepared)).rejects.toMatchObject({ code: "55P03" });
    expect(await jobOf(scene, jobId)).toMatchObject({ processed: 0 });
    release.resolve();
    await writer;
    await writeBatch(run, target, prepared);
    expect(await census()).toEqual(new Map([[2, 20]]));
    expect(await wrongDeks(scene)).toEqual([]);
  });
});

describe("a keeper frozen inside a batch", () => {
  it("keeps others from taking its job before its transaction has ended", async () => {
    await t.superuser`UPDATE rewrap_job SET lease_until = now() - interval '1 second' WHERE id = ${jobId}`;
    const other = "0190f3a0-b2c4-7def-8123-456789abcd09";
    const claim = () => withTenant(t.keeper, scene.tenantId, (tx) => claimJob(tx, jobId, other));
    await withTenant(t.keeper, scene.tenantId, async (tx) => {
      await tx.sql`SELECT pg_advisory_xact_lock(hashtextextended(${jobId}, 0))`;
      expect(await claim()).toBe(false);
    });
    expect(await claim()).toBe(true);
  });
});
