import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from "vitest";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { createTestKeeper } from "#keeper/testing/test-keeper.ts";
import { appendLeaf, emptyRange, encodeRange } from "#lib/audit/merkle.ts";
import { formatVkey, noteKey, publicKeyOf } from "#lib/audit/note.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { openSigner } from "../signer.ts";
import { sequencerState, startSequencer } from "../start.ts";
import { anchorsOf, asSuperuser, keepLog, makeTenant, settleLog, verify, writeSome } from "./log-helpers.ts";

let t: TestDatabase;
let k: TestKeeper;
let acme: TenantId;
let restore: () => Promise<void>;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
  acme = await makeTenant(t, "acme");
  await settleLog(k.keeper);
  await writeSome(t.cli, acme, 3);
  await writeSome(t.cli, null, 3);
  await settleLog(k.keeper);
  restore = await keepLog(t, k.dataDir);
});
beforeEach(() => restore());
afterAll(async () => {
  await k.close();
  await t.drop();
});

/** What a database shows that was put back to the first checkpoint. */
const rollBack = () =>
  asSuperuser(t, async (sql) => {
    const [first] = await sql`SELECT size FROM audit_checkpoint ORDER BY size LIMIT 1`;
    await sql`DELETE FROM audit_checkpoint WHERE size > ${first?.size}`;
    await sql`DELETE FROM audit_leaf WHERE log_id = ${k.keeper.deploymentId} AND leaf_index >= ${first?.size}`;
    await sql`UPDATE audit_head SET size = ${first?.size}, hashes = '' WHERE log_id = ${k.keeper.deploymentId}`;
  });
const vkeyFile = () => join(anchorsOf(k.dataDir), "log.vkey");
const anchorFile = () => join(anchorsOf(k.dataDir), "checkpoints.log");

describe("a start", () => {
  it("refuses a database behind the newest anchored checkpoint, says so, and goes on placing events", async () => {
    await asSuperuser(t, async (sql) => {
      // The operator's last leaf and the head published with it are gone, and the head's row says what is left.
      await sql`DELETE FROM audit_checkpoint WHERE size = (SELECT max(size) FROM audit_checkpoint)`;
      await sql`DELETE FROM audit_leaf WHERE log_id = ${k.keeper.deploymentId} AND leaf_index >= 4`;
      const leaves = await sql<{ hash: Buffer }[]>`
        SELECT leaf_hash AS hash FROM audit_leaf WHERE log_id = ${k.keeper.deploymentId} ORDER BY leaf_index`;
      const range = leaves.reduce((all, { hash }) => appendLeaf(all, hash), emptyRange());
      await sql`UPDATE audit_head SET size = ${range.size}, hashes = ${Buffer.from(encodeRange(range))}
                WHERE log_id = ${k.keeper.deploymentId}`;
    });
    const before = readFileSync(anchorFile(), "utf8");
    const error = vi.fn();
    const sequencer = await startSequencer({
      ...k.keeper,
      log: Object.assign(Object.create(k.keeper.log), { error }),
    });
    try {
      await vi.waitFor(
        () => expect(sequencerState()).toMatchObject({ status: "refusing", reason: "database_behind" }),
        5_000,
      );
      const [id = ""] = await writeSome(t.cli, acme, 1);
      await vi.waitFor(async () => {
        const [leaf] = await t.superuser`SELECT leaf_index FROM audit_leaf WHERE event_id = ${id}`;
        expect(leaf).toBeDefined();
      }, 5_000);
      expect(error).toHaveBeenCalledWith(
        expect.objectContaining({ reason: "database_behind" }),
        expect.any(String),
      );
      const events = await t.superuser`
        SELECT convert_from(entry, 'UTF8')::jsonb -> 'detail' AS detail, outcome FROM audit_event WHERE action = 'log.signing_refused'`;
      expect([...events]).toEqual([{ detail: { reason: "database_behind" }, outcome: "denied" }]);
    } finally {
      await sequencer.close();
    }
    expect(sequencerState().status).toBe("refusing");
    expect(readFileSync(anchorFile(), "utf8")).toBe(before);
    expect(await verify(t, k.dataDir)).toMatchObject({ ok: false, first_bad: { tree: "global" } });
  });

  it("refuses when the head was set back and nothing else", async () => {
    await rollBack();
    await expect(openSigner(k.keeper)).rejects.toMatchObject({ reason: "database_behind" });
  });

  it("refuses leaves that do not have the anchored root", async () => {
    await asSuperuser(
      t,
      (sql) =>
        sql`UPDATE audit_leaf SET leaf_hash = sha256('x') WHERE log_id = ${k.keeper.deploymentId} AND leaf_index = 2`,
    );
    await expect(openSigner(k.keeper)).rejects.toMatchObject({ reason: "root_mismatch" });
  });

  it("refuses a head that is not that of its leaves", async () => {
    const signer = await openSigner(k.keeper);
    await asSuperuser(
      t,
      (sql) =>
        sql`UPDATE audit_head SET hashes = overlay(hashes PLACING '\\x00' FROM 1 FOR 1) WHERE log_id = ${k.keeper.deploymentId}`,
    );
    await expect(settleLog(k.keeper, signer)).rejects.toMatchObject({ reason: "head_mismatch" });
  });

  it("refuses a stored checkpoint that its key has not signed, and does not anchor it", async () => {
    const before = readFileSync(anchorFile(), "utf8");
    await writeSome(t.cli, null, 1);
    await asSuperuser(
      t,
      (sql) => sql`INSERT INTO audit_checkpoint (epoch, size, note)
        SELECT epoch, size + 1, replace(note, E'\\n' || size || E'\\n', E'\\n' || size + 1 || E'\\n')
        FROM audit_checkpoint ORDER BY size DESC LIMIT 1`,
    );
    await expect(settleLog(k.keeper)).rejects.toMatchObject({ reason: "checkpoint_invalid" });
    expect(readFileSync(anchorFile(), "utf8")).toBe(before);
  });
});

describe("the key", () => {
  const foreign = () =>
    formatVkey(noteKey(`keyfold/${k.keeper.deploymentId}/e1`, publicKeyOf(new Uint8Array(32).fill(7))));

  it("is refused when it is not the one beside the anchor, which stays as it is", async () => {
    writeFileSync(vkeyFile(), `${foreign()}\n`);
    await expect(openSigner(k.keeper)).rejects.toMatchObject({ reason: "key_mismatch" });
    expect(readFileSync(vkeyFile(), "utf8")).toBe(`${foreign()}\n`);
  });

  it("is refused when the row names another than it holds", async () => {
    await asSuperuser(t, (sql) => sql`UPDATE audit_key SET vkey = ${foreign()}`);
    await expect(openSigner(k.keeper)).rejects.toMatchObject({ reason: "key_mismatch" });
  });

  it("is not made anew where one was", async () => {
    await asSuperuser(t, (sql) => sql`DELETE FROM audit_key`);
    await expect(openSigner(k.keeper)).rejects.toMatchObject({ reason: "key_missing" });
    rmSync(vkeyFile());
    await expect(openSigner(k.keeper)).rejects.toMatchObject({ reason: "key_missing" });
  });

  it("is refused when it is sealed for another place", async () => {
    await asSuperuser(
      t,
      (sql) => sql`UPDATE audit_key SET sealed_seed = overlay(sealed_seed PLACING '\\x0000' FROM 30)`,
    );
    await expect(openSigner(k.keeper)).rejects.toMatchObject({ reason: "key_unreadable" });
  });

  it("is written beside the anchor again when it verifies what is anchored", async () => {
    const text = readFileSync(vkeyFile(), "utf8");
    rmSync(vkeyFile());
    await openSigner(k.keeper);
    expect(readFileSync(vkeyFile(), "utf8")).toBe(text);
  });
});

describe("a running sequencer", () => {
  it("refuses when the database is put back under it", async () => {
    const signer = await openSigner(k.keeper);
    await settleLog(k.keeper, signer);
    await rollBack();
    await expect(settleLog(k.keeper, signer)).rejects.toMatchObject({ reason: "database_behind" });
  });
});
