import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { Keeper } from "#keeper/keeper.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { createTestKeeper } from "#keeper/testing/test-keeper.ts";
import { anchoredNotes } from "#lib/audit/anchor-file.ts";
import { readCheckpoint } from "#lib/audit/checkpoint.ts";
import { parseVkey } from "#lib/audit/note.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";
import { anchorCheckpoints } from "../anchor-checkpoints.ts";
import { openAnchor } from "../anchor-file.ts";
import { publish } from "../publish.ts";
import { openSigner } from "../signer.ts";
import { anchorsOf, drain, keepLog, makeTenant, settleLog, verify, writeSome } from "./log-helpers.ts";

let t: TestDatabase;
let k: TestKeeper;
let acme: TenantId;
let restore: () => Promise<void>;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
  acme = await makeTenant(t, "acme");
  await openAnchor(k.dataDir);
  restore = await keepLog(t, k.dataDir);
});
beforeEach(() => restore());
afterAll(async () => {
  await k.close();
  await t.drop();
});

const fileOf = (dataDir = k.dataDir): string => join(anchorsOf(dataDir), "checkpoints.log");
const anchoredSizes = async (dataDir = k.dataDir): Promise<number[]> => {
  const notes: number[] = [];
  const lines = readFileSync(fileOf(dataDir), "utf8").split("\n");
  for await (const note of anchoredNotes(lines)) notes.push(readCheckpoint(note).size);
  return notes;
};
const storedSizes = async (): Promise<number[]> =>
  (await t.superuser`SELECT size FROM audit_checkpoint ORDER BY epoch, size`).map(({ size }) => Number(size));
/** Places and signs, and dies before the note is appended. */
const signAndDie = async (keeper: Keeper): Promise<void> => {
  const signer = await openSigner(keeper);
  await drain(keeper);
  await publish(keeper, signer, true);
};

describe("a publish", () => {
  it("signs nothing before the event that names its key has a place", async () => {
    const signer = await openSigner(k.keeper);
    await publish(k.keeper, signer, true);
    expect(await storedSizes()).toEqual([]);
    await settleLog(k.keeper, signer);
    const [created] = await t.superuser`
      SELECT l.leaf_index AS index FROM audit_leaf l JOIN audit_event e ON e.id = l.event_id WHERE e.action = 'log.key_created'`;
    expect(Number(created?.index)).toBeLessThan((await storedSizes())[0] ?? 0);
  });

  it("puts each changed tenant's head into the global tree once, and signs what changed alone", async () => {
    const signer = await settleLog(k.keeper);
    await settleLog(k.keeper, signer);
    const before = await storedSizes();
    await settleLog(k.keeper, signer);
    expect(await storedSizes()).toEqual(before);
    await writeSome(t.cli, acme, 2);
    await settleLog(k.keeper, signer);
    const heads = await t.superuser<{ head: string }[]>`
      SELECT convert_from(head, 'UTF8') AS head FROM audit_leaf WHERE head IS NOT NULL ORDER BY leaf_index`;
    expect(heads.map(({ head }) => head.split("\n").slice(0, 3))).toEqual([
      ["keyfold.head/v1", acme, "1"],
      ["keyfold.head/v1", acme, "3"],
    ]);
    expect(await anchoredSizes()).toEqual(await storedSizes());
    expect(await verify(t, k.dataDir)).toMatchObject({ ok: true, trees: 2 });
  });

  it("waits ten seconds after the last one, unless it is the last", async () => {
    const signer = await settleLog(k.keeper);
    await writeSome(t.cli, null, 1);
    await drain(k.keeper);
    const before = await storedSizes();
    await publish(k.keeper, signer);
    expect(await storedSizes()).toEqual(before);
    await publish(k.keeper, signer, true);
    expect(await storedSizes()).toHaveLength(before.length + 1);
  });

  it("makes the key once, as an event, and never says its seed", async () => {
    await settleLog(k.keeper);
    await settleLog(k.keeper);
    const keys = await t.superuser`SELECT vkey, octet_length(sealed_seed) AS length FROM audit_key`;
    expect(keys).toHaveLength(1);
    const events = await t.superuser`SELECT convert_from(entry, 'UTF8')::jsonb -> 'detail' AS detail, source
      FROM audit_event WHERE action = 'log.key_created'`;
    expect([...events]).toEqual([{ detail: { new: keys[0]?.vkey }, source: "keeper" }]);
    expect(readFileSync(join(anchorsOf(k.dataDir), "log.vkey"), "utf8")).toBe(`${keys[0]?.vkey}\n`);
    expect(parseVkey(keys[0]?.vkey).name).toBe(`keyfold/${k.keeper.deploymentId}/e1`);
  });

  it("keeps the anchor to its owner", async () => {
    rmSync(anchorsOf(k.dataDir), { recursive: true });
    await settleLog(k.keeper);
    expect(statSync(fileOf()).mode & 0o777).toBe(0o600);
    expect(statSync(anchorsOf(k.dataDir)).mode & 0o777).toBe(0o700);
  });
});

describe("a crash", () => {
  it("between commit and append loses no note: the next start appends what is missing, in order", async () => {
    const signer = await settleLog(k.keeper);
    for (let i = 0; i < 3; i += 1) {
      await writeSome(t.cli, acme, 2);
      await drain(k.keeper);
      await publish(k.keeper, signer, true);
    }
    expect((await anchoredSizes()).length).toBeLessThan((await storedSizes()).length);
    const restarted = await openSigner(k.keeper);
    await anchorCheckpoints(k.keeper, restarted);
    expect(await anchoredSizes()).toEqual(await storedSizes());
    expect(restarted.anchored.size).toBe((await storedSizes()).at(-1));
  });

  it("before the first append does the same", async () => {
    await signAndDie(k.keeper);
    await settleLog(k.keeper);
    expect(await anchoredSizes()).toEqual(await storedSizes());
  });

  it("in the middle of an append completes the torn record and takes nothing away", async () => {
    const signer = await settleLog(k.keeper);
    const whole = readFileSync(fileOf());
    await writeSome(t.cli, null, 1);
    await settleLog(k.keeper, signer);
    const both = readFileSync(fileOf());
    for (const cut of [1, 20, 60, 150, both.length - whole.length - 1]) {
      writeFileSync(fileOf(), both.subarray(0, whole.length + cut));
      expect((await verify(t, k.dataDir)).ok).toBe(true);
      await anchorCheckpoints(k.keeper, await openSigner(k.keeper));
      expect(readFileSync(fileOf()).equals(both)).toBe(true);
    }
  });

  it("does not pass off as torn what no keeper wrote", async () => {
    const signer = await settleLog(k.keeper);
    appendFileSync(fileOf(), "keyfold/somebody else");
    await writeSome(t.cli, null, 1);
    await drain(k.keeper);
    await publish(k.keeper, signer, true);
    await expect(anchorCheckpoints(k.keeper, signer)).rejects.toMatchObject({ reason: "anchor_invalid" });
  });
});

describe("several keepers", () => {
  it("on one data directory append each note once and in order", async () => {
    const second: Keeper = { ...k.keeper, id: newId() };
    const signers = [await settleLog(k.keeper), await openSigner(second)] as const;
    for (let i = 0; i < 5; i += 1) {
      await writeSome(t.cli, null, 1);
      await drain(k.keeper);
      await Promise.all([publish(k.keeper, signers[0], true), publish(second, signers[1], true)]);
      await Promise.all([anchorCheckpoints(k.keeper, signers[0]), anchorCheckpoints(second, signers[1])]);
    }
    expect(await anchoredSizes()).toEqual(await storedSizes());
    expect((await verify(t, k.dataDir)).ok).toBe(true);
  });

  it("with data directories of their own hold the same notes", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "keyfold-anchor-"));
    try {
      const second: Keeper = { ...k.keeper, id: newId(), dataDir };
      let signer = await settleLog(k.keeper);
      await writeSome(t.cli, null, 2);
      signer = await settleLog(second);
      await writeSome(t.cli, null, 2);
      await settleLog(k.keeper);
      await settleLog(second, signer);
      expect(readFileSync(fileOf(dataDir), "utf8")).toBe(readFileSync(fileOf(), "utf8"));
      expect((await verify(t, dataDir)).ok).toBe(true);
    } finally {
      rmSync(dataDir, { recursive: true });
    }
  });
});

describe("an anchor file that went back", () => {
  it("is refused by the keeper that wrote more", async () => {
    const signer = await settleLog(k.keeper);
    const { size } = statSync(fileOf());
    await writeSome(t.cli, null, 1);
    await settleLog(k.keeper, signer);
    truncateSync(fileOf(), size);
    await writeSome(t.cli, null, 1);
    await expect(settleLog(k.keeper, signer)).rejects.toMatchObject({ reason: "anchor_invalid" });
  });
});
