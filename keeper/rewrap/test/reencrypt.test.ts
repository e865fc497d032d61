import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { countDeks } from "#db/queries/census.ts";
import { findVersion, updateVersion } from "#db/queries/key-version.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { keeperMeta } from "#keeper/keeper.ts";
import { sealVersion } from "#keeper/operations/seal-version.ts";
import type { TestPlane } from "#keeper/server/test/test-plane.ts";
import { createTestPlane } from "#keeper/server/test/test-plane.ts";
import { cliContext, rotate } from "#keeper/testing/test-keeper.ts";
import { parseWrappedDek } from "#lib/crypto/wrapped-dek.ts";
import { keyVersionTarget } from "#lib/domain/audit-catalogue.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import { exportFailures } from "#lib/services/rewrap/export-failures.ts";
import { pauseRewrap } from "#lib/services/rewrap/pause-rewrap.ts";
import { resumeRewrap } from "#lib/services/rewrap/resume-rewrap.ts";
import { retryFailures } from "#lib/services/rewrap/retry-failures.ts";
import { setIntensity } from "#lib/services/rewrap/set-intensity.ts";
import { startRewrap } from "#lib/services/rewrap/start-rewrap.ts";
import type { RecordsScene } from "./records-scene.ts";
import { recordsScene } from "./records-scene.ts";
import { ended, eventsOf, jobOf, startEngine, until } from "./scene.ts";

let p: TestPlane;
let scene: RecordsScene;
let engine: { close(): Promise<void> } | undefined;
let tenants = 0;

beforeAll(async () => {
  p = await createTestPlane();
});
afterAll(() => p.close());
beforeEach(async () => {
  scene = await recordsScene(p, `anew-${(tenants += 1)}`);
});
afterEach(async () => {
  await engine?.close();
  engine = undefined;
});

const start = async (maxRate?: number): Promise<string> => {
  const input = { tenant: scene.slug, key: "default", mode: "re-encrypt", maxRate };
  return (await startRewrap(cliContext(p.t), input)).result.id;
};

const census = () => withTenant(p.t.keeper, scene.tenantId, (tx) => countDeks(tx, scene.keyId));
const dekIdOf = (hex: string): string => parseWrappedDek(Buffer.from(hex, "hex")).dekId;

/** What of the stored bytes is still as it was. */
const unchanged = async (before: Awaited<ReturnType<RecordsScene["bytes"]>>): Promise<string[]> => {
  const after = await scene.bytes();
  return [...before]
    .filter(([record, was]) => {
      const now = after.get(record);
      return (
        now !== undefined && (now.fields === was.fields || dekIdOf(now.wrapped) === dekIdOf(was.wrapped))
      );
    })
    .map(([record]) => record);
};

const damage = (record: string) =>
  p.t.superuser`
    UPDATE record_field SET ciphertext = set_byte(ciphertext, 90, get_byte(ciphertext, 90) # 1)
    WHERE name = 'email' AND record_id = (SELECT id FROM record WHERE record = ${record} AND tenant_id = ${scene.tenantId})`;

const compromise = (number: number) =>
  withTenant(p.t.keeper, scene.tenantId, async (tx) => {
    const version = await findVersion(tx, scene.keyId, number);
    if (!version) throw new Error("There is no such version.");
    const meta = keeperMeta(p.keeper, "req_test");
    const to = sealVersion(p.keeper, scene.tenantId, {
      ...version,
      state: "compromised",
      rev: version.rev + 1,
    });
    await updateVersion(tx, version, to, meta.actor);
    const detail = { version: number, from: version.state, to: "compromised", rev: to.rev };
    const target = keyVersionTarget(scene.keyId, number);
    await writeEvents(tx, meta, [{ action: "key_version.state_changed", target, detail }]);
  });

describe("a re-encrypt", () => {
  it("gives every record a new DEK and new ciphertext, those on the current version too, and counts them exactly", async () => {
    await scene.fill(120, "old");
    await rotate(p.t, p.keeper, scene.slug);
    await scene.fill(60, "current");
    const before = await scene.bytes();
    engine = await startEngine(scene);
    const id = await start();
    const job = await until(scene, id, ended);
    expect(job).toMatchObject({
      mode: "re-encrypt",
      status: "completed",
      total: 180,
      processed: 180,
      moved: 180,
      failed: 0,
      versions_before: [
        { version: 1, deks: 120 },
        { version: 2, deks: 60 },
      ],
      versions_after: [{ version: 2, deks: 180 }],
    });
    expect(await census()).toEqual(new Map([[2, 180]]));
    expect(await unchanged(before)).toEqual([]);
    expect(await scene.wrong()).toEqual([]);
    expect(await eventsOf(scene, id)).toEqual([
      "crypto.reencrypt_started",
      "rewrap.planned",
      ...Array(3).fill("rewrap.chunk_completed"),
      "rewrap.finishing",
      "crypto.reencrypt_completed",
    ]);
  });

  it("without a rotation replaces the DEKs under the same version", async () => {
    await scene.fill(30, "same");
    const before = await scene.bytes();
    engine = await startEngine(scene);
    expect(await until(scene, await start(), ended)).toMatchObject({ status: "completed", moved: 30 });
    expect(await unchanged(before)).toEqual([]);
    expect(await scene.wrong()).toEqual([]);
  });

  it("takes the DEKs of a compromised version, which is then empty", async () => {
    await scene.fill(40, "leaked");
    await rotate(p.t, p.keeper, scene.slug);
    await compromise(1);
    p.keeper.keks.drop(scene.tenantId);
    const before = await scene.bytes();
    engine = await startEngine(scene);
    expect(await until(scene, await start(), ended)).toMatchObject({ status: "completed", moved: 40 });
    expect(await census()).toEqual(new Map([[2, 40]]));
    expect(await unchanged(before)).toEqual([]);
    expect(await scene.wrong()).toEqual([]);
  });

  it("leaves what was written after it was asked for, and what was deleted counts as processed", async () => {
    await scene.fill(200, "busy");
    // The job goes in the order of ids: it has not come to the last ones.
    const rows = await p.t.superuser<{ record: string }[]>`
      SELECT record FROM record WHERE tenant_id = ${scene.tenantId} ORDER BY id DESC LIMIT 20`;
    const last = rows.map(({ record }) => record);
    const id = await start(200);
    engine = await startEngine(scene);
    await until(scene, id, (job) => job.processed > 0);
    const ask = { tenant: scene.slug, job: id };
    await pauseRewrap(cliContext(p.t), ask);
    for (const record of last.slice(5)) await scene.put(record, `second of ${record}`);
    for (const gone of last.slice(0, 5)) {
      scene.values.delete(gone);
      const path = `/v1/tenants/${scene.slug}/records/customers/${gone}`;
      await p.call("DELETE", path, { token: scene.tenant.token });
    }
    const fresh = await scene.bytes();
    await resumeRewrap(cliContext(p.t), ask);
    const job = await until(scene, id, ended);
    expect(job).toMatchObject({ status: "completed", total: 200, processed: 200, failed: 0 });
    expect(job.skipped).toBe(20);
    const after = await scene.bytes();
    for (const record of last.slice(5)) expect(after.get(record)).toEqual(fresh.get(record));
    expect(await scene.wrong()).toEqual([]);
  });

  it("never loses a write that comes while it works", async () => {
    const records = await scene.fill(150, "racing");
    const before = await scene.bytes();
    engine = await startEngine(scene);
    const id = await start(300);
    let writing = true;
    const write = async (from: number) => {
      for (let n = from; writing; n += 2)
        await scene.put(records[n % records.length] ?? "", `write ${n} of racing`);
    };
    const writers = Promise.all([write(0), write(1)]);
    const job = await until(scene, id, ended);
    writing = false;
    await writers;
    expect(job).toMatchObject({ status: "completed", failed: 0 });
    expect(job.processed).toBe(job.total);
    expect(await unchanged(before)).toEqual([]);
    expect(await scene.wrong()).toEqual([]);
  });

  it("is paused and goes on where it was, and moves everything again after a rotation", async () => {
    await scene.fill(160, "turned");
    const before = await scene.bytes();
    engine = await startEngine(scene);
    const id = await start(400);
    await until(scene, id, (job) => job.processed > 0);
    const ask = { tenant: scene.slug, job: id };
    await pauseRewrap(cliContext(p.t), ask);
    const { processed } = await jobOf(scene, id);
    await rotate(p.t, p.keeper, scene.slug);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await jobOf(scene, id)).processed).toBe(processed);
    await resumeRewrap(cliContext(p.t), ask);
    const job = await until(scene, id, ended);
    expect(job).toMatchObject({ status: "completed", total: 160, processed: 160, target_version: 2 });
    expect(await census()).toEqual(new Map([[2, 160]]));
    expect(await unchanged(before)).toEqual([]);
    expect(await scene.wrong()).toEqual([]);
  });
});

describe("what cannot be re-encrypted", () => {
  it("is listed by cause with its records, and a retry after it was mended keeps the sums true", async () => {
    const [broken = "", closed = ""] = await scene.fill(90, "damaged");
    const before = await scene.bytes();
    await damage(broken);
    await p.t.superuser`
      UPDATE record_field SET ciphertext = '\\x00' WHERE name = 'phone'
        AND record_id = (SELECT id FROM record WHERE record = ${closed} AND tenant_id = ${scene.tenantId})`;
    engine = await startEngine(scene);
    const id = await start();
    const job = await until(scene, id, ended);
    expect(job).toMatchObject({ status: "completed_with_failures", total: 90, processed: 88, failed: 2 });
    expect(job.failures.map(({ code, count, samples }) => [code, count, samples.length])).toEqual([
      ["DECRYPT_FAILED", 1, 1],
      ["ENVELOPE_MALFORMED", 1, 1],
    ]);
    expect((await unchanged(before)).toSorted()).toEqual([broken, closed].toSorted());

    const { result } = await exportFailures(cliContext(p.t), { tenant: scene.slug, job: id });
    const lines = result.lines.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).record).toSorted()).toEqual([broken, closed].toSorted());
    expect(await eventsOf(scene, id)).toContain("rewrap.failures_exported");

    const retry = (code?: string) => retryFailures(cliContext(p.t), { tenant: scene.slug, job: id, code });
    await damage(broken);
    await retry("DECRYPT_FAILED");
    const again = await until(scene, id, (now) => now.failed === 1 && ended(now));
    expect(again).toMatchObject({
      status: "completed_with_failures",
      total: 90,
      processed: 89,
      failed: 1,
      failures: [{ code: "ENVELOPE_MALFORMED", count: 1 }],
    });
    await retry();
    const last = await until(scene, id, (now) => ended(now));
    expect(last).toMatchObject({ status: "completed_with_failures", total: 90, processed: 89, failed: 1 });
    expect(await eventsOf(scene, id)).toEqual(expect.arrayContaining(["rewrap.retried"]));
    scene.values.delete(closed);
    expect(await scene.wrong()).toEqual([]);
  });

  it("is not tried again in a job that has not ended so, or while the key has another job", async () => {
    engine = await startEngine(scene);
    const id = await start();
    await until(scene, id, ended);
    const retry = retryFailures(cliContext(p.t), { tenant: scene.slug, job: id });
    await expect(retry).rejects.toMatchObject({ code: "INVALID_STATE" });
    await p.t.superuser.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`UPDATE rewrap_job SET status = 'completed_with_failures' WHERE id = ${id}`;
    });
    await engine.close();
    engine = undefined;
    await start();
    const other = retryFailures(cliContext(p.t), { tenant: scene.slug, job: id });
    await expect(other).rejects.toMatchObject({ code: "CONFLICT" });
  });
});

describe("a job of another tenant", () => {
  it("is not there for whoever names one's own", async () => {
    const id = await start();
    const { slug } = await p.tenant(`foreign-${tenants}`);
    for (const mutation of [retryFailures, setIntensity, pauseRewrap, exportFailures])
      await expect(mutation(cliContext(p.t), { tenant: slug, job: id })).rejects.toMatchObject({
        code: "NOT_FOUND",
      });
    expect(await jobOf(scene, id)).toMatchObject({ status: "queued", intensity: 100 });
    await setIntensity(cliContext(p.t), { tenant: scene.slug, job: id, intensity: 25 });
    expect(await jobOf(scene, id)).toMatchObject({ intensity: 25 });
    const wrong = setIntensity(cliContext(p.t), { tenant: scene.slug, job: id, intensity: 30 });
    await expect(wrong).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });
});
