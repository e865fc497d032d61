import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createDataPlane } from "#keeper/records/data-plane.ts";
import { createApp } from "#keeper/server/create-app.ts";
import { cliContext, createTestKeeper, rotate, settle } from "#keeper/testing/test-keeper.ts";
import { createKey } from "#lib/services/keys/create-key.ts";
import type { TestPlane } from "./test-plane.ts";
import { createTestPlane } from "./test-plane.ts";
import type { Rewrapped, Wrap, WrapsScene } from "./wraps-scene.ts";
import { createWrapsScene } from "./wraps-scene.ts";

let plane: TestPlane;
let s: WrapsScene;
let tenants = 0;
/** Sends a batch to a second keeper over the same database. */
let elsewhere: (wraps: readonly Wrap[]) => Promise<Rewrapped[]>;
const ends: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  plane = await createTestPlane({ backupSeconds: 0 });
  const made = await createTestKeeper(plane.t, { dataDir: plane.keeper.dataDir });
  const data = createDataPlane(made.keeper);
  const app = createApp(data);
  elsewhere = async (items) => {
    const answer = await app.inject({
      method: "POST",
      url: `/v1/tenants/${s.tenant.slug}/rewrap`,
      headers: { authorization: `Bearer ${s.tenant.token}`, "content-type": "application/json" },
      payload: JSON.stringify({ items }),
    });
    if (answer.statusCode !== 200) throw new Error(answer.body);
    return answer.json().results;
  };
  ends.push(
    () => app.close(),
    () => data.close(),
    () => made.close(),
  );
});
beforeEach(async () => {
  s = await createWrapsScene(plane, `races-${(tenants += 1)}`);
});
afterAll(async () => {
  for (const end of ends) await end();
  await plane.close();
});

const turn = (key?: string) => rotate(plane.t, plane.keeper, s.tenant.slug, key);
const sum = (numbers: readonly number[]) => numbers.reduce((all, n) => all + n, 0);

describe("retries that come at once, to two keepers", () => {
  it("of the same thousand wraps, in any order, take a thousand off", async () => {
    const wraps = await s.encrypt(1_000);
    await s.encrypt(1);
    await turn();
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) => (n % 2 ? elsewhere : s.rewrap)(n % 3 ? wraps : wraps.toReversed())),
    );
    expect(answers.flat().filter(({ ok, changed }) => ok && changed)).toHaveLength(6_000);
    expect([await s.issued(), await s.moved()]).toEqual([[1, 6_000], { 1: 1_000 }]);
    expect((await s.retire()).error?.message).toContain("1 wrap has left");
  });

  it("of parts of several versions and keys never wait in a circle, and are exact", async () => {
    const made = await settle(
      plane.t,
      plane.keeper,
      await createKey(cliContext(plane.t), { tenant: s.tenant.slug, name: "second" }),
    );
    const second = String(made.outcome?.keyId);
    const wraps = [...(await s.encrypt(60)), ...(await s.encrypt(60, "second"))];
    await turn();
    wraps.push(...(await s.encrypt(60)));
    await turn();
    await turn("second");
    const parts = Array.from({ length: 40 }, (_, n) =>
      wraps
        .map((wrap, at) => ({ at, wrap, rank: (at * 7_919 + n * 104_729) % 181 }))
        .filter(({ at }) => at % 13 > 0)
        .toSorted((one, other) => one.rank - other.rank)
        .slice(0, 90),
    );
    const sent = await Promise.all(
      parts.map((part, n) => (n % 2 ? elsewhere : s.rewrap)(part.map(({ wrap }) => wrap))),
    );
    expect(sent.flat().every(({ ok, changed }) => ok && changed)).toBe(true);
    const places = parts.flat().map(({ at }) => at);
    const within = (from: number, to: number) => places.filter((at) => at >= from && at < to);
    const left = (from: number) => 60 - new Set(within(from, from + 60)).size;
    const ofSecond = within(60, 120).length;
    expect(left(0)).toBeGreaterThan(0);
    expect(await s.issued()).toEqual([left(0), left(120), places.length - ofSecond]);
    expect(await s.issued(second)).toEqual([left(60), ofSecond]);
  });

  it("while the key is rotated leave each version with what was answered and not moved on", async () => {
    let wraps = await s.encrypt(50);
    const told: number[] = [0, 50];
    const move = async (send: typeof s.rewrap): Promise<void> => {
      const results = await send(wraps);
      for (const { ok, changed, key_version } of results)
        if (ok && changed) told[key_version] = (told[key_version] ?? 0) + 1;
      if (results.every(({ ok }) => ok)) wraps = results.map(({ wrapped_dek }) => ({ wrapped_dek }));
    };
    let rotating = true;
    const traffic = [s.rewrap, elsewhere, s.rewrap].map(async (send) => {
      while (rotating) await move(send);
    });
    for (let n = 0; n < 5; n += 1) {
      await turn();
      await sleep(60);
    }
    rotating = false;
    await Promise.all(traffic);
    const moved = await s.moved();
    const issued = await s.issued();
    expect(issued).toEqual(issued.map((_, n) => (told[n + 1] ?? 0) - (moved[n + 1] ?? 0)));
    expect(sum(Object.values(moved))).toBeGreaterThanOrEqual(50);
  });
});

describe("a rewrap that waits for its version", () => {
  /** Rewraps while another transaction holds the first version's row and then changes it. */
  const rewrapInto = async (
    wraps: readonly Wrap[],
    change: Record<string, unknown>,
  ): Promise<Rewrapped[]> => {
    const { promise: locked, resolve: lock } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const holding = plane.t.superuser.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`SELECT FROM key_version WHERE key_id = ${s.tenant.keyId} AND number = 1 FOR UPDATE`;
      lock();
      await released;
      await sql`UPDATE key_version SET ${sql(change)} WHERE key_id = ${s.tenant.keyId} AND number = 1`;
    });
    await locked;
    const rewrapping = s.rewrap(wraps);
    expect(await Promise.race([rewrapping, sleep(300, "waits")])).toBe("waits");
    release();
    await holding;
    return rewrapping;
  };

  it("while it is attested takes nothing of what left afterwards", async () => {
    const wraps = await s.encrypt(2);
    await turn();
    const moved = await rewrapInto(wraps, { issued: 1, settled_at: new Date() });
    expect(moved).toMatchObject([{ changed: true }, { changed: true }]);
    expect([await s.issued(), await s.moved()]).toEqual([[1, 2], {}]);
  });

  it("while it is retired leaves no row behind", async () => {
    const wraps = await s.encrypt(2);
    await turn();
    const moved = await rewrapInto(wraps, { state: "destroyed", blob: Buffer.alloc(0) });
    expect(moved).toMatchObject([{ changed: true }, { changed: true }]);
    expect(await s.moved()).toEqual({});
    expect((await s.issued())[1]).toBe(2);
  });

  it("lets those who encrypt pass: the current version is not held meanwhile", async () => {
    const wraps = await s.encrypt(1);
    await turn();
    const encrypting = async () => void (await s.encrypt(1));
    const { promise: locked, resolve: lock } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const holding = plane.t.superuser.begin(async (sql) => {
      await sql`SELECT FROM key_version WHERE key_id = ${s.tenant.keyId} AND number = 1 FOR UPDATE`;
      lock();
      await released;
    });
    await locked;
    const rewrapping = s.rewrap(wraps);
    await sleep(200);
    expect(await Promise.race([encrypting(), sleep(10_000, "waits")])).toBeUndefined();
    release();
    await Promise.all([holding, rewrapping]);
    expect(await s.issued()).toEqual([0, 2]);
  });
});
