import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TransactionSql } from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { withOperator, withTenant } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { createTestKeeper } from "#keeper/testing/test-keeper.ts";
import { signCheckpoint } from "#lib/audit/checkpoint.ts";
import { encodeEntry } from "#lib/audit/entry.ts";
import { headLeaf, parseHeadLeaf } from "#lib/audit/head-leaf.ts";
import { leafHash } from "#lib/audit/leaf.ts";
import type { CompactRange } from "#lib/audit/merkle.ts";
import { appendLeaf, emptyRange, encodeRange, rangeRoot } from "#lib/audit/merkle.ts";
import { formatVkey, noteKey, publicKeyOf } from "#lib/audit/note.ts";
import type { Source } from "#lib/domain/audit-catalogue.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";
import { anchorsOf, asSuperuser, keepLog, makeTenant, settleLog, verify, writeSome } from "./log-helpers.ts";

let t: TestDatabase;
let k: TestKeeper;
let acme: TenantId;
let global: string;
/** Sizes of the global tree that were signed. */
let signed: number[];
let restore: () => Promise<void>;

beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
  global = k.keeper.deploymentId;
  acme = await makeTenant(t, "acme");
  const bravo = await makeTenant(t, "bravo");
  const signer = await settleLog(k.keeper);
  for (let round = 0; round < 3; round += 1) {
    await writeSome(t.cli, acme, 4);
    await writeSome(t.cli, bravo, 3);
    await writeSome(t.cli, null, 2);
    await settleLog(k.keeper, signer);
  }
  const rows = await t.superuser`SELECT size FROM audit_checkpoint ORDER BY size`;
  signed = rows.map(({ size }) => Number(size));
  restore = await keepLog(t, k.dataDir);
});
beforeEach(() => restore());
afterAll(async () => {
  await k.close();
  await t.drop();
});

type Harm = (sql: TransactionSql) => Promise<unknown>;
const harm = (how: Harm) => asSuperuser(t, how);
const verdict = async (how: Harm) => {
  expect(await verify(t, k.dataDir)).toMatchObject({ ok: true, first_bad: null });
  await harm(how);
  const { ok, first_bad } = await verify(t, k.dataDir);
  expect(ok).toBe(first_bad === null);
  return first_bad;
};

const fold = (hashes: readonly Uint8Array[]): CompactRange =>
  hashes.reduce((range, hash) => appendLeaf(range, hash), emptyRange());
const setHead = (sql: TransactionSql, log: string, range: CompactRange) =>
  sql`UPDATE audit_head SET size = ${range.size}, hashes = ${Buffer.from(encodeRange(range))} WHERE log_id = ${log}`;
const hashesOf = async (sql: TransactionSql, log: string): Promise<Buffer[]> =>
  (await sql`SELECT leaf_hash FROM audit_leaf WHERE log_id = ${log} ORDER BY leaf_index`).map(
    (row) => row.leaf_hash,
  );

/** Replaces the entry of a leaf with another that reads well, and the leaf's hash with that of it. */
const rewriteEntry = async (sql: TransactionSql, log: string, index: number, withHash: boolean) => {
  const [row] = await sql<{ id: string; entry: Buffer }[]>`
    SELECT e.id, e.entry FROM audit_leaf l JOIN audit_event e ON e.id = l.event_id
    WHERE l.log_id = ${log} AND l.leaf_index = ${index}`;
  const entry = Buffer.from(encodeEntry({ ...JSON.parse(row?.entry.toString() ?? ""), req: "req_forged" }));
  await sql`UPDATE audit_event SET entry = ${entry} WHERE id = ${row?.id ?? ""}`;
  if (withHash)
    await sql`UPDATE audit_leaf SET leaf_hash = ${Buffer.from(leafHash(entry))} WHERE log_id = ${log} AND leaf_index = ${index}`;
};

/** Makes everything that needs no key agree with the entries again: leaves, tenants' heads, and all that stands above. */
const recompute = async (sql: TransactionSql) => {
  const trees = new Map<string, CompactRange[]>();
  const tenants = await sql`SELECT log_id FROM audit_head WHERE log_id <> ${global}`;
  for (const { log_id: log } of tenants) {
    const ranges = [emptyRange()];
    for (const hash of await hashesOf(sql, log)) ranges.push(appendLeaf(ranges.at(-1) ?? emptyRange(), hash));
    trees.set(log, ranges);
    await setHead(sql, log, ranges.at(-1) ?? emptyRange());
  }
  const heads =
    await sql`SELECT leaf_index, head FROM audit_leaf WHERE log_id = ${global} AND head IS NOT NULL`;
  for (const { leaf_index: index, head } of heads) {
    const { tenant, size } = parseHeadLeaf(head);
    const range = trees.get(tenant)?.[size] ?? emptyRange();
    const bytes = Buffer.from(headLeaf({ tenant, size, root: rangeRoot(range) }));
    await sql`UPDATE audit_leaf SET head = ${bytes}, leaf_hash = ${Buffer.from(leafHash(bytes))}
              WHERE log_id = ${global} AND leaf_index = ${index}`;
  }
  await setHead(sql, global, fold(await hashesOf(sql, global)));
};

describe("an edit", () => {
  it("of one entry is named by tree and index", async () => {
    expect(await verdict((sql) => rewriteEntry(sql, acme, 6, false))).toEqual({
      tree: "acme",
      index: 6,
      reason: "LEAF_HASH",
    });
    await restore();
    const [operator] = await t.superuser`
      SELECT leaf_index FROM audit_leaf WHERE log_id = ${global} AND event_id IS NOT NULL ORDER BY leaf_index DESC LIMIT 1`;
    const index = Number(operator?.leaf_index);
    expect(await verdict((sql) => rewriteEntry(sql, global, index, false))).toEqual({
      tree: "global",
      index,
      reason: "LEAF_HASH",
    });
  });

  it("of an entry and its leaf is found by the head that was published", async () => {
    expect(await verdict((sql) => rewriteEntry(sql, acme, 6, true))).toMatchObject({
      tree: "acme",
      index: 5,
      reason: "ROOT_MISMATCH",
    });
  });

  it("of a leaf's hash alone is named", async () => {
    const how: Harm = (sql) =>
      sql`UPDATE audit_leaf SET leaf_hash = sha256('x') WHERE log_id = ${acme} AND leaf_index = 3`;
    expect(await verdict(how)).toEqual({ tree: "acme", index: 3, reason: "LEAF_HASH" });
  });

  it("of a column beside the entry does not change what is verified", async () => {
    expect(
      await verdict((sql) => sql`UPDATE audit_event SET outcome = 'ok', actor_id = 'nobody'`),
    ).toBeNull();
  });

  it("that swaps two entries is named at the first", async () => {
    const how: Harm = async (sql) => {
      const [a, b] = await sql`SELECT e.id, e.entry FROM audit_leaf l JOIN audit_event e ON e.id = l.event_id
        WHERE l.log_id = ${acme} AND l.leaf_index IN (4, 7) ORDER BY l.leaf_index`;
      await sql`UPDATE audit_event SET entry = ${b?.entry} WHERE id = ${a?.id}`;
      await sql`UPDATE audit_event SET entry = ${a?.entry} WHERE id = ${b?.id}`;
    };
    expect(await verdict(how)).toEqual({ tree: "acme", index: 4, reason: "LEAF_HASH" });
  });

  it("that swaps two leaves whole is found from the first head that covers one", async () => {
    const how: Harm = async (sql) => {
      await sql`UPDATE audit_leaf SET leaf_index = CASE leaf_index WHEN 6 THEN -7 ELSE -6 END WHERE log_id = ${acme} AND leaf_index IN (6, 7)`;
      await sql`UPDATE audit_leaf SET leaf_index = -leaf_index WHERE log_id = ${acme} AND leaf_index < 0`;
    };
    expect(await verdict(how)).toEqual({ tree: "acme", index: 5, reason: "ROOT_MISMATCH" });
  });
});

describe("a deletion", () => {
  it("of an event is named", async () => {
    const how: Harm = (sql) => sql`DELETE FROM audit_event WHERE id =
      (SELECT event_id FROM audit_leaf WHERE log_id = ${acme} AND leaf_index = 2)`;
    expect(await verdict(how)).toEqual({ tree: "acme", index: 2, reason: "ENTRY_MISSING" });
  });

  it("of a leaf leaves a gap that is named", async () => {
    const how: Harm = (sql) => sql`DELETE FROM audit_leaf WHERE log_id = ${acme} AND leaf_index = 8`;
    expect(await verdict(how)).toEqual({ tree: "acme", index: 8, reason: "LEAF_MISSING" });
  });

  it("of the tail of a tenant's tree, with its head set back, is named at the first missing leaf", async () => {
    const how: Harm = async (sql) => {
      await sql`DELETE FROM audit_event WHERE id IN (SELECT event_id FROM audit_leaf WHERE log_id = ${acme} AND leaf_index >= 9)`;
      await sql`DELETE FROM audit_leaf WHERE log_id = ${acme} AND leaf_index >= 9`;
      await setHead(sql, acme, fold(await hashesOf(sql, acme)));
    };
    expect(await verdict(how)).toEqual({ tree: "acme", index: 9, reason: "TREE_TRUNCATED" });
  });

  it("of a tenant's whole tree is named by the tenant's slug", async () => {
    const how: Harm = async (sql) => {
      await sql`DELETE FROM audit_event WHERE tenant_id = ${acme}`;
      await sql`DELETE FROM audit_leaf WHERE log_id = ${acme}`;
      await sql`DELETE FROM audit_head WHERE log_id = ${acme}`;
    };
    expect(await verdict(how)).toMatchObject({ tree: "acme", index: 0 });
  });

  it("of everything after a checkpoint, as an old backup put back shows it, is told by the anchor", async () => {
    const size = signed.at(-2) ?? 0;
    const how: Harm = async (sql) => {
      await sql`DELETE FROM audit_checkpoint WHERE size > ${size}`;
      await sql`DELETE FROM audit_leaf WHERE log_id = ${global} AND leaf_index >= ${size}`;
      await setHead(sql, global, fold(await hashesOf(sql, global)));
      const kept =
        await sql`SELECT head FROM audit_leaf WHERE log_id = ${global} AND head IS NOT NULL ORDER BY leaf_index`;
      for (const { tenant, size: upTo } of kept.map(({ head }) => parseHeadLeaf(head))) {
        await sql`UPDATE audit_head SET published_size = ${upTo} WHERE log_id = ${tenant}`;
      }
      const heads = await sql`SELECT log_id, published_size FROM audit_head WHERE log_id <> ${global}`;
      for (const { log_id: log, published_size: upTo } of heads) {
        await sql`DELETE FROM audit_leaf WHERE log_id = ${log} AND leaf_index >= ${upTo}`;
        await setHead(sql, log, fold(await hashesOf(sql, log)));
      }
      await sql`DELETE FROM audit_event e WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.event_id = e.id)`;
    };
    expect(await verdict(how)).toEqual({ tree: "global", index: size, reason: "ANCHOR_AHEAD" });
  });

  it("of an event's leaf and place in the queue both is reported", async () => {
    const [id = ""] = await writeSome(t.cli, acme, 1);
    expect(await verdict((sql) => sql`DELETE FROM audit_queue WHERE event_id = ${id}`)).toMatchObject({
      tree: "acme",
      reason: "EVENT_UNPLACED",
    });
  });

  it("of an event that still waits is reported", async () => {
    const [id = ""] = await writeSome(t.cli, null, 1);
    expect(await verdict((sql) => sql`DELETE FROM audit_event WHERE id = ${id}`)).toMatchObject({
      tree: "global",
      reason: "EVENT_GONE",
    });
  });
});

describe("whoever may write everything and has no key", () => {
  it("rewrites an entry and all that follows from it, and does not have the signed root", async () => {
    const how: Harm = async (sql) => {
      await rewriteEntry(sql, acme, 6, true);
      await recompute(sql);
    };
    // The head that holds the changed entry was published between the second and the third checkpoint.
    expect(await verdict(how)).toEqual({ tree: "global", index: signed[1], reason: "CHECKPOINT_ROOT" });
  });

  it("signs the new checkpoints with a key of his own, and the anchor does not know it", async () => {
    const seed = new Uint8Array(32).fill(9);
    const vkey = formatVkey(noteKey(`keyfold/${global}/e1`, publicKeyOf(seed)));
    const how: Harm = async (sql) => {
      const [row] = await sql<
        { id: string; entry: Buffer }[]
      >`SELECT id, entry FROM audit_event WHERE action = 'log.key_created'`;
      const entry = Buffer.from(
        encodeEntry({ ...JSON.parse(row?.entry.toString() ?? ""), detail: { new: vkey } }),
      );
      await sql`UPDATE audit_event SET entry = ${entry} WHERE id = ${row?.id ?? ""}`;
      await sql`UPDATE audit_leaf SET leaf_hash = ${Buffer.from(leafHash(entry))} WHERE event_id = ${row?.id ?? ""}`;
      await rewriteEntry(sql, acme, 6, true);
      await recompute(sql);
      const hashes = await hashesOf(sql, global);
      for (const size of signed) {
        const root = rangeRoot(fold(hashes.slice(0, size)));
        const note = signCheckpoint({ deployment: global, epoch: 1, size, root }, [seed]);
        await sql`UPDATE audit_checkpoint SET note = ${note} WHERE size = ${size}`;
      }
      await sql`UPDATE audit_key SET vkey = ${vkey}`;
    };
    expect(await verdict(how)).toEqual({ tree: "global", index: 0, reason: "ANCHOR_INVALID" });
  });

  it("cannot hide it by taking the stored checkpoints away", async () => {
    const how: Harm = async (sql) => {
      await rewriteEntry(sql, acme, 6, true);
      await recompute(sql);
      await sql`DELETE FROM audit_checkpoint`;
    };
    expect(await verdict(how)).toEqual({ tree: "global", index: signed[1], reason: "ANCHOR_ROOT" });
  });
});

describe("the console's role", () => {
  const insert = (forged: { source?: Source; t?: string }) =>
    withOperator(t.console, async (tx) => {
      const entry = encodeEntry({
        v: 1,
        id: newId(),
        t: await tx.now(),
        tenant: acme,
        source: "console",
        actor: { type: "keeper", id: "0190f3a0-b2c4-7def-8123-456789abcdef" },
        action: "key.rotated",
        target: { type: "key", id: newId() },
        outcome: "ok",
        req: "req_forged",
        detail: { from: 1, to: 2 },
        ...forged,
      });
      await tx.sql`INSERT INTO audit_event (entry) VALUES (${Buffer.from(entry)})`;
    });

  it("cannot speak for the keeper or the command line, nor at another time", async () => {
    await expect(insert({ source: "keeper" })).rejects.toThrow(/source of an audit entry/);
    await expect(insert({ source: "cli" })).rejects.toThrow(/source of an audit entry/);
    await expect(insert({ t: "2020-01-01T00:00:00.000Z" })).rejects.toThrow(/time of an audit entry/);
    await insert({});
  });

  it("cannot change, remove or place an event, and cannot reach the key", async () => {
    const attempts = [
      "UPDATE audit_event SET entry = entry",
      "DELETE FROM audit_event",
      "TRUNCATE audit_event",
      "INSERT INTO audit_event (entry, action) VALUES ('{}', 'key.rotated')",
      "DELETE FROM audit_queue",
      "UPDATE audit_queue SET ordinal = 0",
      `INSERT INTO audit_leaf (log_id, leaf_index, leaf_hash) VALUES ('${acme}', 99, 'x')`,
      "UPDATE audit_head SET size = 0",
      `INSERT INTO audit_checkpoint (epoch, size, note) VALUES (1, 99, 'x')`,
      "SELECT sealed_seed FROM audit_key",
      "DELETE FROM access_window",
    ];
    for (const attempt of attempts) {
      const asOperator = withOperator(t.console, (tx) => tx.sql.unsafe(attempt));
      await expect(asOperator, attempt).rejects.toThrow(/permission denied/);
      const asTenant = withTenant(t.console, acme, (tx) => tx.sql.unsafe(attempt));
      await expect(asTenant, attempt).rejects.toThrow(/permission denied/);
    }
  });
});

describe("verification", () => {
  it("is clean while events arrive and the sequencer works", async () => {
    let going = true;
    const writer = (async () => {
      while (going) await writeSome(t.cli, acme, 5);
    })();
    const signer = await settleLog(k.keeper);
    const sequencer = (async () => {
      while (going) await settleLog(k.keeper, signer);
    })();
    for (let i = 0; i < 5; i += 1) {
      expect(await verify(t, k.dataDir)).toMatchObject({ ok: true, first_bad: null, trees: 3 });
    }
    going = false;
    await Promise.all([writer, sequencer]);
  });

  it("counts the trees and the events in them", async () => {
    await settleLog(k.keeper);
    const [{ count } = { count: 0 }] = await t.superuser`SELECT count(*)::integer AS count FROM audit_event`;
    expect(await verify(t, k.dataDir)).toEqual({ ok: true, trees: 3, events: count, first_bad: null });
  });

  it("trusts no log whose verifier key is not at hand", async () => {
    const elsewhere = join(k.dataDir, "elsewhere");
    expect(await verify(t, elsewhere)).toMatchObject({ ok: false, first_bad: { reason: "KEY_UNTRUSTED" } });
    expect(readFileSync(join(anchorsOf(k.dataDir), "log.vkey"), "utf8")).toContain(global);
  });
});
