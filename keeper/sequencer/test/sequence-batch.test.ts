import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { advanceHeads, insertEventLeaves, readHeads } from "#db/queries/sequencer-trees.ts";
import { withOperator } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { createTestKeeper } from "#keeper/testing/test-keeper.ts";
import { encodeEntry } from "#lib/audit/entry.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import { sequenceBatch } from "../sequence-batch.ts";
import { drain, makeTenant, readLeaves, settleLog, verify, writeSome } from "./log-helpers.ts";

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

const placesOf = async (log: string): Promise<(string | null)[]> =>
  (await readLeaves(t)).filter((leaf) => leaf.log === log).map(({ event }) => event);

/** Two transactions of which the first to write is the last to commit; both are held until told. */
const writeHeld = (tenant: TenantId, cause?: string) => {
  const written = Promise.withResolvers<string>();
  const release = Promise.withResolvers<void>();
  const done = withOperator(t.cli, async (tx) => {
    const draft = {
      action: "access.denied" as const,
      target: { type: "tenant" as const, id: tenant },
      detail: { permission: "key:rotate" },
      ...(cause && { cause }),
    };
    const meta = { source: "cli" as const, actor: { type: "cli" as const, id: "tester" }, req: "req_held" };
    const [id = ""] = await writeEvents(tx, meta, [draft], tenant);
    written.resolve(id);
    await release.promise;
  });
  return { written: written.promise, commit: async () => (release.resolve(), done) };
};

describe("one cycle", () => {
  it("places events in the order of their transactions and of writing", async () => {
    const tenant = await makeTenant(t, "order");
    await drain(k.keeper);
    const first = writeHeld(tenant);
    const early = await first.written;
    const late = await writeSome(t.cli, tenant, 3);
    await first.commit();
    await drain(k.keeper);
    expect((await placesOf(tenant)).slice(1)).toEqual([early, ...late]);
  });

  it("places what has committed, and a transaction that began before and commits later after it", async () => {
    const tenant = await makeTenant(t, "late");
    await drain(k.keeper);
    const held = writeHeld(tenant);
    const early = await held.written;
    const late = await writeSome(t.cli, tenant, 2);
    await drain(k.keeper);
    await held.commit();
    await drain(k.keeper);
    expect((await placesOf(tenant)).slice(1)).toEqual([...late, early]);
  });

  it("places a cause before an effect whose transaction began to write first", async () => {
    const tenant = await makeTenant(t, "cause");
    await drain(k.keeper);
    const causeId = newId();
    const held = writeHeld(tenant, causeId);
    const effect = await held.written;
    await withOperator(t.cli, async (tx) => {
      const entry = encodeEntry({
        v: 1,
        id: causeId,
        t: await tx.now(),
        tenant,
        source: "cli",
        actor: { type: "cli", id: "tester" },
        action: "access.denied",
        target: { type: "tenant", id: tenant },
        outcome: "denied",
        req: "req_cause",
        detail: { permission: "key:rotate" },
      });
      await tx.sql`INSERT INTO audit_event (entry) VALUES (${Buffer.from(entry)})`;
    });
    await held.commit();
    await drain(k.keeper);
    expect((await placesOf(tenant)).slice(1)).toEqual([causeId, effect]);
  });

  it("puts the operator's events into the global tree and each tenant's into its own", async () => {
    const [one, two] = [await makeTenant(t, "one"), await makeTenant(t, "two")];
    const own = await writeSome(t.cli, null, 2);
    const ones = await writeSome(t.cli, one, 2);
    const twos = await writeSome(t.cli, two, 1);
    await drain(k.keeper);
    expect((await placesOf(k.keeper.deploymentId)).slice(-2)).toEqual(own);
    expect((await placesOf(one)).slice(1)).toEqual(ones);
    expect((await placesOf(two)).slice(1)).toEqual(twos);
  });

  it("stands by while another sequencer holds the lock", async () => {
    const release = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const other = withOperator(t.sequencer, async (tx) => {
      await tx.sql`SELECT pg_advisory_xact_lock(${0x6b66_7371})`;
      locked.resolve();
      await release.promise;
    });
    await locked.promise;
    expect(await sequenceBatch(k.keeper)).toBeNull();
    release.resolve();
    await other;
    expect(await sequenceBatch(k.keeper)).not.toBeNull();
  });

  it("does not stop at a place in the queue whose event is gone", async () => {
    const tenant = await makeTenant(t, "gone");
    await drain(k.keeper);
    const [lost = ""] = await writeSome(t.cli, tenant, 1);
    const [kept] = await writeSome(t.cli, tenant, 1);
    await t.superuser.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`DELETE FROM audit_event WHERE id = ${lost}`;
    });
    await drain(k.keeper);
    expect((await placesOf(tenant)).slice(1)).toEqual([kept]);
    await settleLog(k.keeper);
    expect(await verify(t, k.dataDir)).toMatchObject({
      ok: false,
      first_bad: { tree: "gone", index: 2, reason: "EVENT_GONE" },
    });
    await t.superuser`DELETE FROM audit_queue WHERE event_id = ${lost}`;
    expect((await verify(t, k.dataDir)).ok).toBe(true);
  });
});

describe("fencing", () => {
  it("refuses a sequencer that was paused and lost its lock", async () => {
    const tenant = await makeTenant(t, "fence");
    await drain(k.keeper);
    const [stale] = await withOperator(t.sequencer, (tx) => readHeads(tx, [tenant]));
    await writeSome(t.cli, tenant, 1);
    await drain(k.keeper);
    const from = stale?.size ?? 0;
    const head = { logId: tenant, from, size: from + 1, hashes: new Uint8Array(32) };
    const stolen = withOperator(t.sequencer, (tx) => advanceHeads(tx, [head]));
    await expect(stolen).rejects.toMatchObject({ code: "CONFLICT" });
    const leaf = { logId: tenant, index: from, eventId: newId(), hash: new Uint8Array(32) };
    await expect(withOperator(t.sequencer, (tx) => insertEventLeaves(tx, [leaf]))).rejects.toThrow(/unique/);
    const begin = { logId: tenant, from: 0, size: 1, hashes: new Uint8Array(32) };
    await expect(withOperator(t.sequencer, (tx) => advanceHeads(tx, [begin]))).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });
});

describe("under load", () => {
  it("gives gapless indexes with eight writers and two sequencers, loses nothing and doubles nothing", async () => {
    const tenants = await Promise.all(["w1", "w2", "w3"].map((slug) => makeTenant(t, slug)));
    const other = await createTestKeeperBeside();
    let writing = true;
    const sequencers = [k.keeper, other.keeper].map(async (keeper) => {
      while (writing) await sequenceBatch(keeper);
    });
    const written = await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        const ids: string[] = [];
        for (let i = 0; i < 25; i += 1) {
          const tenant = [...tenants, null][(writer + i) % 4] ?? null;
          ids.push(...(await writeSome(t.cli, tenant, 1 + (i % 7))));
        }
        return ids;
      }),
    );
    writing = false;
    await Promise.all(sequencers);
    await drain(k.keeper);
    const leaves = await readLeaves(t);
    const placed = new Set(leaves.map(({ event }) => event));
    expect(written.flat().filter((id) => !placed.has(id))).toEqual([]);
    for (const [log, own] of Map.groupBy(leaves, (leaf) => leaf.log)) {
      expect(own.map(({ index }) => index)).toEqual(own.map((_, i) => i));
      const [head] = await t.superuser`SELECT size FROM audit_head WHERE log_id = ${log}`;
      expect(Number(head?.size)).toBe(own.length);
    }
    await settleLog(k.keeper);
    expect(await verify(t, k.dataDir)).toMatchObject({ ok: true, first_bad: null });
  });
});

/** A second keeper process over the same database. */
const createTestKeeperBeside = async () => ({ keeper: { ...k.keeper, id: newId() } });
