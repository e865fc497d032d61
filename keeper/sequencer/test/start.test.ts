import { setTimeout as sleep } from "node:timers/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { createTestKeeper } from "#keeper/testing/test-keeper.ts";
import { sequencerState, startSequencer } from "../start.ts";
import { anchorsOf, makeTenant, verify, writeSome } from "./log-helpers.ts";

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

const unplaced = async () => (await t.superuser`SELECT count(*)::integer AS n FROM audit_queue`)[0]?.n;

describe("the sequencer", () => {
  it("places events as they come, signs, tells how it stands, and signs the last of it when it closes", async () => {
    const acme = await makeTenant(t, "acme");
    const sequencer = await startSequencer(k.keeper);
    await vi.waitFor(async () => expect(await unplaced()).toBe(0), 5_000);
    await vi.waitFor(() => expect(sequencerState().lastCheckpoint?.size).toBeGreaterThan(0), 5_000);
    await writeSome(t.cli, acme, 2_500);
    await vi.waitFor(async () => expect(await unplaced()).toBe(0), 10_000);
    const stands = { status: "running", lastCheckpoint: { at: expect.any(String) } };
    await vi.waitFor(() => expect(sequencerState()).toMatchObject(stands), 5_000);
    await vi.waitFor(() => expect(sequencerState().unsequenced).toBe(0), 5_000);
    const late = await writeSome(t.cli, acme, 3);
    await sequencer.close();
    expect(await unplaced()).toBe(0);
    const [leaf] = await t.superuser`SELECT leaf_index FROM audit_leaf WHERE event_id = ${late.at(-1) ?? ""}`;
    const [head] = await t.superuser`SELECT published_size, size FROM audit_head WHERE log_id = ${acme}`;
    expect(Number(head?.published_size)).toBe(Number(leaf?.leaf_index) + 1);
    expect(head?.published_size).toBe(head?.size);
    const [newest] = await t.superuser`SELECT note FROM audit_checkpoint ORDER BY size DESC LIMIT 1`;
    expect(
      readFileSync(join(anchorsOf(k.dataDir), "checkpoints.log"), "utf8").endsWith(`${newest?.note}\n`),
    ).toBe(true);
    expect(await verify(t, k.dataDir)).toMatchObject({ ok: true, first_bad: null });
  });

  it("finds its way back when the database was away", async () => {
    let isAway = true;
    const sql = new Proxy(t.sequencer.sql, {
      get: (target, property, receiver) =>
        property === "begin" && isAway
          ? () => Promise.reject(Object.assign(new Error("away"), { code: "CONNECTION_CLOSED" }))
          : Reflect.get(target, property, receiver),
    });
    const sequencer = await startSequencer({ ...k.keeper, sequencerDb: { ...t.sequencer, sql } });
    const [id = ""] = await writeSome(t.cli, null, 2);
    await sleep(500);
    expect(await unplaced()).toBeGreaterThan(0);
    isAway = false;
    await vi.waitFor(async () => expect(await unplaced()).toBe(0), 10_000);
    await vi.waitFor(async () => {
      const [leaf] = await t.superuser`SELECT leaf_index AS index FROM audit_leaf WHERE event_id = ${id}`;
      const [signed] = await t.superuser`SELECT max(size) AS size FROM audit_checkpoint`;
      expect(Number(signed?.size)).toBeGreaterThan(Number(leaf?.index));
    }, 15_000);
    await sequencer.close();
    expect((await verify(t, k.dataDir)).ok).toBe(true);
  });

  it("finds its way back when its connections are cut", async () => {
    const sequencer = await startSequencer(k.keeper);
    for (let i = 0; i < 5; i += 1) {
      await t.superuser`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND usename = ${t.sequencer.login} AND query <> '' AND query NOT LIKE '%pg_type%'`;
      await writeSome(t.cli, null, 2);
      await sleep(100);
    }
    await vi.waitFor(async () => expect(await unplaced()).toBe(0), 15_000);
    await sequencer.close();
    expect((await verify(t, k.dataDir)).ok).toBe(true);
  });
});
