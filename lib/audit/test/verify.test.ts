import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anchoredNotes, anchorRecord } from "../anchor-file.ts";
import { signCheckpoint } from "../checkpoint.ts";
import { leafHash } from "../leaf.ts";
import { rootOf } from "../merkle.ts";
import { type FirstBad, type LogVerdict, verifyLog } from "../verify.ts";
import {
  appendEvent,
  copyOf,
  DEPLOYMENT,
  entryOf,
  fastVerify,
  globalOf,
  headBytes,
  leafOf,
  livedLog,
  type MemoryLog,
  type MemoryTree,
  newLog,
  openEpoch,
  publish,
  publishedHeads,
  rebuild,
  rotateKey,
  seedOf,
  sign,
  sourceOf,
  tenantId,
  treeOf,
  vkeyOf,
} from "./support/memory-log.ts";

const verdict = (log: MemoryLog, windowLeavesMax?: number): Promise<LogVerdict> =>
  verifyLog(sourceOf(log), { ed25519Verify: fastVerify, windowLeavesMax });

const bad = async (log: MemoryLog): Promise<FirstBad | null> => (await verdict(log)).first_bad;

const eventsIn = (log: MemoryLog): number =>
  log.trees.flatMap((tree) => tree.leaves).filter((leaf) => leaf.eventId !== null).length;

/** The sizes of a tree that something proves: published heads of a tenant's, checkpoints of the global one. */
const provedSizes = (log: MemoryLog, tree: MemoryTree): number[] =>
  tree.tenant === null
    ? log.checkpoints.map(({ size }) => size)
    : publishedHeads(log)
        .filter(({ tenant }) => tenant === tree.tenant)
        .map(({ size }) => size);

const lastProved = (sizes: readonly number[], index: number): number =>
  Math.max(0, ...sizes.filter((size) => size <= index));

type Draw = (below: number) => number;

/** Twelve lives, the same in every run: signing them is what takes time. */
const lives = Array.from({ length: 12 }, (_, life) => {
  let state = 7919 * (life + 1);
  return livedLog(3, 5, (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  });
});

/** A lived log, a tree of it, and a place in that tree, which something proves. */
const runs = async (
  times: number,
  check: (log: MemoryLog, tree: MemoryTree, at: number, draw: Draw) => Promise<void>,
): Promise<void> => {
  const draws = fc.infiniteStream(fc.nat());
  await fc.assert(
    fc.asyncProperty(draws, async (stream) => {
      const draw: Draw = (below) => Number(stream.next().value) % below;
      const log = copyOf(lives[draw(lives.length)] as MemoryLog);
      const trees = log.trees.filter((tree) => tree.size > 1);
      const tree = trees[draw(trees.length)] as MemoryTree;
      await check(log, tree, draw(tree.size), draw);
    }),
    { numRuns: times },
  );
};

const otherEntry = (tree: MemoryTree) =>
  leafOf(entryOf(tree.tenant, "tenant.created", { slug: "somebody-else" }));

describe("a clean log verifies", () => {
  test("whatever happened in it, read in windows of any length", async () => {
    await runs(50, async (log, _, at) => {
      const all = { ok: true, trees: 4, events: eventsIn(log), first_bad: null };
      expect(await verdict(log)).toEqual(all);
      expect(await verdict(log, 1 + (at % 7))).toEqual(all);
    });
  });

  test("with the Ed25519 that runs in a browser", async () => {
    const log = newLog(1);
    appendEvent(log, entryOf(tenantId(1)));
    publish(log);
    expect((await verifyLog(sourceOf(log))).ok).toBe(true);
  });

  test("with leaves that wait to be published", async () => {
    const log = livedLog(2, 3, () => 1);
    appendEvent(log, entryOf(tenantId(1)));
    appendEvent(log, entryOf(null));
    expect(await verdict(log)).toMatchObject({ ok: true, events: eventsIn(log) });
  });

  test("with checkpoints of the same size, and with a checkpoint that was stored and not yet anchored", async () => {
    const log = livedLog(2, 3, () => 1);
    sign(log);
    sign(log);
    log.anchored.pop();
    expect((await verdict(log)).ok).toBe(true);
  });

  test("when nothing has happened yet", async () => {
    const log = newLog(0);
    const empty = sourceOf({ ...log, checkpoints: [], anchored: [], trees: [] });
    const leaves = (): never => expect.unreachable("there is no tree to read");
    expect(await verifyLog({ ...empty, leaves })).toEqual({ ok: true, trees: 1, events: 0, first_bad: null });
  });

  test("of actions that this version does not know", async () => {
    const log = newLog(1);
    appendEvent(log, entryOf(tenantId(1)));
    const leaf = treeOf(log, tenantId(1)).leaves[0];
    const text = new TextDecoder()
      .decode(leaf?.entry as Uint8Array)
      .replace("tenant.created", "tenant.renamed");
    Object.assign(leaf ?? {}, { entry: new TextEncoder().encode(text) });
    rebuild(treeOf(log, tenantId(1)));
    publish(log);
    expect((await verdict(log)).ok).toBe(true);
  });
});

describe("edit", () => {
  test("of an entry's bytes", async () => {
    await runs(25, async (log, tree, at, draw) => {
      const leaf = tree.leaves[at];
      const bytes = leaf?.entry?.slice() as Uint8Array;
      const place = draw(bytes.length);
      bytes[place] = (bytes[place] ?? 0) ^ (1 << draw(8));
      Object.assign(leaf ?? {}, { entry: bytes });
      expect(await bad(log)).toEqual({ tree: tree.name, index: at, reason: "LEAF_HASH" });
    });
  });

  test("of a leaf's hash", async () => {
    await runs(20, async (log, tree, at) => {
      Object.assign(tree.leaves[at] ?? {}, { leafHash: new Uint8Array(32) });
      expect(await bad(log)).toEqual({ tree: tree.name, index: at, reason: "LEAF_HASH" });
    });
  });

  test("of an entry, with its leaf and the tree's stored root made to fit", async () => {
    await runs(25, async (log, tree, at) => {
      const index = lastProved(provedSizes(log, tree), at);
      tree.leaves[at] = otherEntry(tree);
      rebuild(tree);
      const reason = tree.tenant === null ? "CHECKPOINT_ROOT" : "ROOT_MISMATCH";
      expect(await bad(log)).toEqual({ tree: tree.name, index, reason });
    });
  });

  test("of a tree's stored root", async () => {
    await runs(10, async (log, tree) => {
      tree.root = new Uint8Array(32);
      expect(await bad(log)).toEqual({ tree: tree.name, index: tree.size, reason: "ROOT_MISMATCH" });
    });
  });
});

describe("delete", () => {
  test("of an event", async () => {
    await runs(20, async (log, tree, at) => {
      Object.assign(tree.leaves[at] ?? {}, { entry: null });
      expect(await bad(log)).toEqual({ tree: tree.name, index: at, reason: "ENTRY_MISSING" });
    });
  });

  test("of an event and its leaf", async () => {
    await runs(20, async (log, tree, at) => {
      tree.leaves.splice(at, 1);
      expect(await bad(log)).toEqual({ tree: tree.name, index: at, reason: "LEAF_MISSING" });
    });
  });

  test("of an event, with the leaves behind it moved up and the stored root made to fit", async () => {
    await runs(30, async (log, tree, at) => {
      const sizes = provedSizes(log, tree);
      tree.leaves.splice(at, 1);
      rebuild(tree);
      const isCompared = sizes.some((size) => size > at && size <= tree.size);
      const found = await bad(log);
      expect(found?.tree).toBe(tree.name);
      // What remains is compared at the next proved size; where none is left, the tree is too short.
      expect(found?.index).toBe(isCompared ? lastProved(sizes, at) : tree.size);
    });
  });

  test("of a tenant's tree", async () => {
    await runs(15, async (log, tree) => {
      if (tree.tenant === null) return;
      log.trees = log.trees.filter((one) => one !== tree);
      expect(await bad(log)).toEqual({ tree: tree.tenant, index: 0, reason: "TREE_MISSING" });
    });
  });

  test("of every checkpoint, in the database and outside", async () => {
    const log = livedLog(2, 3, () => 1);
    log.checkpoints = [];
    expect((await verdict(log)).ok).toBe(true);
    log.anchored = [];
    expect(await bad(log)).toEqual({ tree: "global", index: 0, reason: "CHECKPOINT_MISSING" });
  });
});

describe("insert", () => {
  test("of an event in no tree", async () => {
    await runs(15, async (log, tree) => {
      log.strays.push({ eventId: entryOf(tree.tenant).id, tenant: tree.tenant });
      expect(await bad(log)).toEqual({ tree: tree.name, index: tree.size, reason: "EVENT_UNPLACED" });
    });
  });

  test("of an event of a tenant that is not there", async () => {
    const log = livedLog(2, 3, () => 1);
    log.strays.push({ eventId: entryOf(null).id, tenant: tenantId(9) });
    expect(await bad(log)).toEqual({ tree: tenantId(9), index: 0, reason: "EVENT_UNPLACED" });
  });

  test("of a leaf beside another", async () => {
    await runs(15, async (log, tree, at) => {
      tree.leaves.splice(at + 1, 0, { ...otherEntry(tree), index: at });
      expect(await bad(log)).toEqual({ tree: tree.name, index: at, reason: "LEAF_REPEATED" });
    });
  });

  test("of a leaf beyond the end", async () => {
    await runs(15, async (log, tree) => {
      tree.leaves.push({ ...otherEntry(tree), index: tree.size });
      expect(await bad(log)).toEqual({ tree: tree.name, index: tree.size, reason: "LEAF_BEYOND_HEAD" });
    });
  });

  test("of a back-dated event, with the leaves behind it moved down and the stored root made to fit", async () => {
    await runs(30, async (log, tree, at) => {
      const index = lastProved(provedSizes(log, tree), at);
      tree.leaves.splice(at, 0, otherEntry(tree));
      rebuild(tree);
      const reason = tree.tenant === null ? "CHECKPOINT_ROOT" : "ROOT_MISMATCH";
      expect(await bad(log)).toEqual({ tree: tree.name, index, reason });
    });
  });

  test("of a second tree for a tenant", async () => {
    const log = livedLog(2, 3, () => 1);
    log.trees.push({ ...treeOf(log, tenantId(1)), logId: tenantId(8), name: "twin" });
    expect(await bad(log)).toMatchObject({ index: 0, reason: "TREE_REPEATED" });
  });
});

describe("reorder", () => {
  const swap = (tree: MemoryTree, a: number, b: number): void => {
    const [one, other] = [tree.leaves[a], tree.leaves[b]];
    if (one && other) [tree.leaves[a], tree.leaves[b]] = [other, one];
  };

  test("of two events under their leaves", async () => {
    await runs(20, async (log, tree, at, draw) => {
      const other = (at + 1 + draw(tree.size - 1)) % tree.size;
      const hashes = tree.leaves.map((leaf) => leaf.leafHash);
      swap(tree, at, other);
      tree.leaves = tree.leaves.map((leaf, index) => ({
        ...leaf,
        index,
        leafHash: hashes[index] ?? leaf.leafHash,
      }));
      expect(await bad(log)).toEqual({ tree: tree.name, index: Math.min(at, other), reason: "LEAF_HASH" });
    });
  });

  test("of two leaves, with the stored root made to fit", async () => {
    await runs(30, async (log, tree, at, draw) => {
      const other = (at + 1 + draw(tree.size - 1)) % tree.size;
      const sizes = provedSizes(log, tree);
      const isHead = (i: number): boolean => tree.leaves[i]?.eventId === null;
      const isKey = tree.tenant === null && Math.min(at, other) <= 1;
      swap(tree, at, other);
      rebuild(tree);
      const found = await bad(log);
      expect(found?.tree).toBe(tree.name);
      if (isHead(at) || isHead(other) || isKey) return;
      expect(found?.index).toBe(lastProved(sizes, Math.min(at, other)));
    });
  });

  test("of an event into another tenant's tree", async () => {
    const log = newLog(2);
    for (let i = 0; i < 3; i++) appendEvent(log, entryOf(tenantId(1 + (i % 2))));
    publish(log);
    const tree = treeOf(log, tenantId(1));
    tree.leaves[1] = leafOf(entryOf(tenantId(2)));
    rebuild(tree);
    expect(await bad(log)).toEqual({ tree: "tenant-1", index: 1, reason: "ENTRY_FOREIGN" });
  });

  test("of the events' rows alone", async () => {
    const log = livedLog(1, 4, () => 1);
    const tree = treeOf(log, tenantId(1));
    Object.assign(tree.leaves[2] ?? {}, { eventId: entryOf(null).id });
    expect(await bad(log)).toEqual({ tree: "tenant-1", index: 2, reason: "ENTRY_ID" });
  });
});

describe("truncate", () => {
  test("of the last leaves", async () => {
    await runs(20, async (log, tree, at) => {
      tree.leaves.length = at;
      expect(await bad(log)).toEqual({ tree: tree.name, index: at, reason: "LEAF_MISSING" });
    });
  });

  test("of the last leaves, which were not published yet", async () => {
    const log = livedLog(1, 3, () => 1);
    const tree = treeOf(log, tenantId(1));
    appendEvent(log, entryOf(tenantId(1)));
    appendEvent(log, entryOf(tenantId(1)));
    tree.leaves.length -= 1;
    expect(await bad(log)).toEqual({ tree: tree.name, index: tree.size - 1, reason: "LEAF_MISSING" });
  });

  test("of the last leaves and the stored size", async () => {
    await runs(30, async (log, tree, at) => {
      tree.leaves.length = at;
      rebuild(tree);
      const reason = tree.tenant === null ? "CHECKPOINT_AHEAD" : "TREE_TRUNCATED";
      expect(await bad(log)).toEqual({ tree: tree.name, index: at, reason });
    });
  });
});

describe("a rewrite of everything without the key", () => {
  /** Changes one entry and makes all that the database holds fit, up to the checkpoints; says where the trees differ. */
  const rewrite = (log: MemoryLog, tree: MemoryTree, at: number): { first: number; sizes: number[] } => {
    const sizes = provedSizes(log, globalOf(log));
    const before = globalOf(log).leaves.map((leaf) => leaf.leafHash);
    const heads = publishedHeads(log);
    tree.leaves[at] = otherEntry(tree);
    rebuild(tree);
    for (const { index, tenant, size } of heads) {
      const leaf = globalOf(log).leaves[index];
      const entry = headBytes(treeOf(log, tenant), size);
      if (leaf?.eventId === null) globalOf(log).leaves[index] = { ...leaf, entry, leafHash: leafHash(entry) };
    }
    rebuild(globalOf(log));
    const after = globalOf(log).leaves.map((leaf) => leaf.leafHash);
    const first = after.findIndex((hash, i) => Buffer.compare(hash, before[i] as Uint8Array) !== 0);
    return { first, sizes };
  };

  const resign = (log: MemoryLog, seed: Uint8Array): void => {
    const hashes = globalOf(log).leaves.map((leaf) => leaf.leafHash);
    log.checkpoints = log.checkpoints.map(({ size }) => {
      const root = rootOf(hashes.slice(0, size));
      return { size, note: signCheckpoint({ deployment: DEPLOYMENT, epoch: 1, size, root }, [seed]) };
    });
  };

  /** Not the first leaf or the one that names the key, and not a head: those have their own cases. */
  const isPlain = (tree: MemoryTree, at: number): boolean =>
    tree.leaves[at]?.eventId !== null && (tree.tenant !== null || at > 1);

  test("under the old checkpoints", async () => {
    await runs(25, async (log, tree, at) => {
      if (!isPlain(tree, at)) return;
      const { first, sizes } = rewrite(log, tree, at);
      const index = lastProved(sizes, first);
      expect(await bad(log)).toEqual({ tree: "global", index, reason: "CHECKPOINT_ROOT" });
    });
  });

  test("under checkpoints by another key", async () => {
    await runs(25, async (log, tree, at) => {
      if (!isPlain(tree, at)) return;
      const { first, sizes } = rewrite(log, tree, at);
      const index = lastProved(sizes, first);
      const own = copyOf(log);
      resign(own, seedOf(66));
      own.checkpoints = log.checkpoints.map((old, i) =>
        old.size <= first ? old : own.checkpoints[i],
      ) as never;
      expect(await bad(own)).toEqual({ tree: "global", index, reason: "CHECKPOINT_INVALID" });
    });
  });

  test("without the stored checkpoints, against the anchored ones", async () => {
    await runs(25, async (log, tree, at) => {
      if (!isPlain(tree, at)) return;
      const { first, sizes } = rewrite(log, tree, at);
      log.checkpoints = [];
      const index = lastProved(sizes, first);
      expect(await bad(log)).toEqual({ tree: "global", index, reason: "ANCHOR_ROOT" });
    });
  });

  test("with the key itself, up to the anchors", async () => {
    await runs(25, async (log, tree, at) => {
      if (!isPlain(tree, at)) return;
      const { first, sizes } = rewrite(log, tree, at);
      resign(log, seedOf(1));
      const index = lastProved(sizes, first);
      expect(await bad(log)).toEqual({ tree: "global", index, reason: "ANCHOR_ROOT" });
    });
  });

  test("from the first leaf on, the key's own leaf, the checkpoints and the anchors under another key", async () => {
    const log = livedLog(2, 4, () => 1);
    const forged = { ...livedLog(2, 4, () => 1) };
    globalOf(forged).leaves[1] = leafOf(entryOf(null, "log.key_created", { new: vkeyOf(seedOf(66)) }));
    rebuild(globalOf(forged));
    resign(forged, seedOf(66));
    forged.anchored = forged.checkpoints.map(({ note }) => note);
    forged.vkeys = log.vkeys;
    expect(await bad(forged)).toEqual({ tree: "global", index: 0, reason: "KEY_UNTRUSTED" });
  });
});

describe("roll back", () => {
  /** An earlier state of the whole database beside the anchor file of today. */
  const restored = (log: MemoryLog, later: number): MemoryLog => {
    const before = copyOf(log);
    for (let i = 0; i < later; i++) {
      appendEvent(log, entryOf(tenantId(1 + (i % 2))));
      publish(log);
    }
    return { ...before, anchored: log.anchored };
  };

  test("below the newest anchor", async () => {
    await runs(20, async (log, _, at) => {
      const old = restored(log, 1 + (at % 4));
      expect(await bad(old)).toEqual({ tree: "global", index: globalOf(old).size, reason: "ANCHOR_AHEAD" });
    });
  });

  test("said to be one: a new epoch that names the newest anchor", async () => {
    const log = livedLog(2, 3, () => 1);
    const old = restored(log, 3);
    const at = globalOf(old).size;
    openEpoch(old, log.anchored.at(-1) ?? "");
    // Until something is signed in it, whoever can write to the database could have opened it.
    expect(await bad(old)).toEqual({ tree: "global", index: at, reason: "ANCHOR_AHEAD" });
    old.anchored = [...old.anchored];
    publish(old);
    appendEvent(old, entryOf(tenantId(2)));
    publish(old);
    expect((await verdict(old)).ok).toBe(true);
  });

  test("twice, the second time below the first", async () => {
    const log = livedLog(2, 3, () => 1);
    const once = restored(log, 3);
    const older = copyOf(once);
    openEpoch(once, log.anchored.at(-1) ?? "");
    once.anchored = [...once.anchored];
    publish(once);
    const twice = { ...older, anchored: [...once.anchored], epoch: 2 };
    openEpoch(twice, once.anchored.at(-1) ?? "");
    publish(twice);
    expect((await verdict(twice)).ok).toBe(true);
  });

  test("said to be less than it is", async () => {
    const log = livedLog(2, 3, () => 1);
    const old = restored(log, 3);
    const at = globalOf(old).size;
    openEpoch(old, log.anchored.at(-2) ?? "");
    old.anchored = [...old.anchored];
    publish(old);
    expect(await bad(old)).toEqual({ tree: "global", index: at, reason: "EPOCH_INVALID" });
  });

  test("said to be one that lost nothing", async () => {
    const log = livedLog(2, 3, () => 1);
    openEpoch(log, log.anchored.at(-1) ?? "");
    expect((await verdict(log)).ok).toBe(true);
    publish(log);
    expect((await verdict(log)).ok).toBe(true);
  });

  test("with something among the lost that the log's key did not sign", async () => {
    const log = livedLog(2, 3, () => 1);
    const old = restored(log, 3);
    const at = globalOf(old).size;
    openEpoch(old, log.anchored.at(-1) ?? "");
    const lost = { deployment: DEPLOYMENT, epoch: 1, size: at + 1, root: new Uint8Array(32) };
    old.anchored = log.anchored.toSpliced(-1, 0, signCheckpoint(lost, [seedOf(66)]));
    publish(old);
    expect(await bad(old)).toEqual({ tree: "global", index: at, reason: "EPOCH_INVALID" });
  });

  test("and then sign in the epoch that was closed", async () => {
    const log = livedLog(2, 3, () => 1);
    openEpoch(log, log.anchored.at(-1) ?? "");
    publish(log);
    const { size, root } = globalOf(log);
    log.anchored.push(signCheckpoint({ deployment: DEPLOYMENT, epoch: 1, size, root }, [log.seed]));
    expect(await bad(log)).toEqual({ tree: "global", index: size, reason: "ANCHOR_ORDER" });
  });

  test.each([
    ["names what the log's key did not sign", { seed: 66, epoch: 1, next: 2 }],
    ["names a checkpoint of an epoch that is not over", { seed: 1, epoch: 2, next: 2 }],
    ["has the number of the one before it", { seed: 1, epoch: 1, next: 1 }],
  ])("under an epoch that %s", async (_, { seed, epoch, next }) => {
    const log = livedLog(2, 3, () => 1);
    const { size, root } = globalOf(log);
    log.epoch = next - 1;
    openEpoch(log, signCheckpoint({ deployment: DEPLOYMENT, epoch, size, root }, [seedOf(seed)]));
    expect(await bad(log)).toEqual({ tree: "global", index: size, reason: "EPOCH_INVALID" });
  });

  test("under an epoch that names an older checkpoint than the newest that is left", async () => {
    const log = livedLog(2, 3, () => 1);
    const { size } = globalOf(log);
    openEpoch(log, log.anchored.at(-2) ?? "");
    expect(await bad(log)).toEqual({ tree: "global", index: size, reason: "EPOCH_INVALID" });
  });

  test("under an epoch that was opened before", async () => {
    const log = livedLog(2, 3, () => 1);
    openEpoch(log, log.anchored.at(-1) ?? "");
    log.epoch -= 1;
    const { size } = globalOf(log);
    openEpoch(log, log.anchored.at(-1) ?? "");
    expect(await bad(log)).toEqual({ tree: "global", index: size, reason: "EPOCH_INVALID" });
  });

  test("under an epoch that names nothing", async () => {
    const log = livedLog(2, 3, () => 1);
    const { size } = globalOf(log);
    openEpoch(log, "");
    expect(await bad(log)).toEqual({ tree: "global", index: size, reason: "EPOCH_INVALID" });
  });
});

describe("a checkpoint", () => {
  const last = <T>(list: T[]): T => list.at(-1) as T;

  test("changed in the database", async () => {
    await runs(20, async (log, _tree, _at, draw) => {
      const one = log.checkpoints[draw(log.checkpoints.length)];
      const place = draw(one?.note.length ?? 0);
      const index = lastProved(provedSizes(log, globalOf(log)), (one?.size ?? 0) - 1);
      if (one) one.note = `${one.note.slice(0, place)}~${one.note.slice(place + 1)}`;
      expect(await bad(log)).toEqual({ tree: "global", index, reason: "CHECKPOINT_INVALID" });
    });
  });

  test("stored under another size", async () => {
    const log = livedLog(2, 3, () => 1);
    last(log.checkpoints).size += 1;
    expect(await bad(log)).toMatchObject({ tree: "global", reason: "CHECKPOINT_INVALID" });
  });

  test("of another deployment, or another epoch", async () => {
    const log = livedLog(2, 3, () => 1);
    const { size, root } = globalOf(log);
    const foreign = { deployment: tenantId(1), epoch: 1, size, root };
    const other = { ...log, anchored: [...log.anchored, signCheckpoint(foreign, [log.seed])] };
    expect(await bad(other)).toMatchObject({ reason: "ANCHOR_INVALID" });
    const epoch2 = signCheckpoint({ deployment: DEPLOYMENT, epoch: 2, size, root }, [log.seed]);
    expect(await bad({ ...log, anchored: [...log.anchored, epoch2] })).toMatchObject({
      reason: "ANCHOR_AHEAD",
    });
  });

  test("anchored and then changed", async () => {
    const log = livedLog(2, 3, () => 1);
    log.anchored[1] = (log.anchored[1] ?? "").replace("keyfold/", "keyfald/");
    expect(await bad(log)).toMatchObject({ tree: "global", reason: "ANCHOR_INVALID" });
    log.anchored[1] = "garbage\n";
    expect(await bad(log)).toMatchObject({ tree: "global", reason: "ANCHOR_INVALID" });
  });

  test("out of order", async () => {
    const log = livedLog(2, 3, () => 1);
    log.anchored.reverse();
    expect(await bad(log)).toMatchObject({ tree: "global", reason: "ANCHOR_ORDER" });
  });

  test("of the same size with another root is the log's own contradiction", async () => {
    const log = livedLog(2, 3, () => 1);
    const { size } = globalOf(log);
    const before = lastProved(provedSizes(log, globalOf(log)), size - 1);
    const split = { deployment: DEPLOYMENT, epoch: 1, size, root: new Uint8Array(32) };
    log.anchored.push(signCheckpoint(split, [log.seed]));
    expect(await bad(log)).toEqual({ tree: "global", index: before, reason: "ANCHOR_ROOT" });
  });
});

describe("a published head", () => {
  const withHead = (change: (tree: MemoryTree) => Uint8Array): MemoryLog => {
    const log = livedLog(1, 3, () => 1);
    const entry = change(treeOf(log, tenantId(1)));
    globalOf(log).leaves.push({ index: globalOf(log).size, eventId: null, entry, leafHash: leafHash(entry) });
    rebuild(globalOf(log));
    sign(log);
    return log;
  };

  test("that says less than one before", async () => {
    const log = withHead((tree) => headBytes(tree, 1));
    const index = globalOf(log).size - 1;
    expect(await bad(log)).toEqual({ tree: "global", index, reason: "HEAD_INCONSISTENT" });
  });

  test("of the same size with another root", async () => {
    const log = withHead((tree) => headBytes({ ...tree, leaves: [...tree.leaves].reverse() }, tree.size));
    expect(await bad(log)).toMatchObject({ tree: "global", reason: "HEAD_INCONSISTENT" });
  });

  test("of leaves that the tenant's tree does not have", async () => {
    const log = withHead((tree) =>
      headBytes({ ...tree, leaves: [...tree.leaves, otherEntry(tree)] }, tree.size + 1),
    );
    const { size } = treeOf(log, tenantId(1));
    expect(await bad(log)).toEqual({ tree: "tenant-1", index: size, reason: "TREE_TRUNCATED" });
  });

  test("in the place of an event", async () => {
    const log = withHead((tree) => headBytes(tree, tree.size));
    const index = globalOf(log).size - 1;
    Object.assign(globalOf(log).leaves[index] ?? {}, { eventId: entryOf(null).id });
    expect(await bad(log)).toEqual({ tree: "global", index, reason: "ENTRY_INVALID" });
  });

  test("in a tenant's tree is no entry", async () => {
    const log = livedLog(1, 3, () => 1);
    const tree = treeOf(log, tenantId(1));
    const entry = headBytes(tree, 1);
    tree.leaves[0] = { index: 0, eventId: null, entry, leafHash: leafHash(entry) };
    rebuild(tree);
    expect(await bad(log)).toEqual({ tree: "tenant-1", index: 0, reason: "ENTRY_INVALID" });
  });
});

describe("the signing key", () => {
  const rotated = (): MemoryLog => {
    const log = livedLog(2, 3, () => 1);
    rotateKey(log, seedOf(2));
    publish(log);
    appendEvent(log, entryOf(tenantId(1)));
    publish(log);
    return log;
  };

  test("changes under both signatures, and trust in either key is enough", async () => {
    const log = rotated();
    expect((await verdict(log)).ok).toBe(true);
    expect((await verdict({ ...log, vkeys: [vkeyOf(seedOf(2))] })).ok).toBe(true);
    expect((await verdict({ ...log, vkeys: [vkeyOf(seedOf(1)), vkeyOf(seedOf(2))] })).ok).toBe(true);
    rotateKey(log, seedOf(3));
    publish(log);
    expect((await verdict({ ...log, vkeys: [vkeyOf(seedOf(1))] })).ok).toBe(true);
  });

  test("changes with the epoch", async () => {
    const log = livedLog(2, 3, () => 1);
    openEpoch(log, log.anchored.at(-1) ?? "");
    rotateKey(log, seedOf(2));
    publish(log);
    expect((await verdict(log)).ok).toBe(true);
  });

  test("that nobody trusts", async () => {
    const log = { ...rotated(), vkeys: [vkeyOf(seedOf(9))] };
    expect(await bad(log)).toEqual({ tree: "global", index: 0, reason: "KEY_UNTRUSTED" });
    expect(await bad({ ...log, vkeys: [] })).toEqual({ tree: "global", index: 0, reason: "KEY_UNTRUSTED" });
  });

  test("does not change under one signature", async () => {
    for (const signer of [1, 2]) {
      const log = livedLog(2, 3, () => 1);
      const { size } = globalOf(log);
      rotateKey(log, seedOf(2));
      log.oldSeed = null;
      log.seed = seedOf(signer);
      publish(log);
      expect(await bad(log)).toEqual({ tree: "global", index: size, reason: "CHECKPOINT_INVALID" });
    }
  });

  test("does not go on signing after its change", async () => {
    const log = rotated();
    const { size } = globalOf(log);
    log.seed = seedOf(1);
    appendEvent(log, entryOf(null));
    publish(log);
    expect(await bad(log)).toEqual({ tree: "global", index: size, reason: "CHECKPOINT_INVALID" });
  });

  test("does not change from a key that it was not", async () => {
    const log = livedLog(2, 3, () => 1);
    const { size } = globalOf(log);
    appendEvent(log, entryOf(null, "log.key_rotated", { old: vkeyOf(seedOf(7)), new: vkeyOf(seedOf(2)) }));
    sign(log);
    expect(await bad(log)).toEqual({ tree: "global", index: size, reason: "KEY_INVALID" });
  });

  test("and the epoch are the keeper's alone: what the console says of them changes nothing", async () => {
    const log = livedLog(2, 3, () => 1);
    const key = { old: vkeyOf(seedOf(1)), new: vkeyOf(seedOf(2)) };
    const epoch = { epoch: 2, old_note: log.anchored.at(-1) ?? "", reason: "none" };
    appendEvent(log, { ...entryOf(null, "log.key_rotated", key), source: "console" });
    appendEvent(log, { ...entryOf(null, "log.epoch_opened", epoch), source: "console" });
    publish(log);
    expect((await verdict(log)).ok).toBe(true);
  });

  test("is not made twice", async () => {
    const log = livedLog(2, 3, () => 1);
    const { size } = globalOf(log);
    appendEvent(log, entryOf(null, "log.key_created", { new: vkeyOf(seedOf(2)) }));
    sign(log);
    expect(await bad(log)).toEqual({ tree: "global", index: size, reason: "KEY_INVALID" });
  });
});

describe("which of several is the first", () => {
  test("the global tree, then tenants by id, and the lowest index in each", async () => {
    const log = newLog(3);
    for (let i = 0; i < 12; i++) appendEvent(log, entryOf(tenantId(1 + (i % 3))));
    publish(log);
    const spoil = (tree: MemoryTree, at: number): void => {
      tree.leaves[at] = { ...(tree.leaves[at] as MemoryTree["leaves"][0]), leafHash: new Uint8Array(32) };
    };
    log.trees = [globalOf(log), ...log.trees.slice(1).reverse()];
    spoil(treeOf(log, tenantId(3)), 0);
    expect(await bad(log)).toMatchObject({ tree: "tenant-3", index: 0 });
    spoil(treeOf(log, tenantId(2)), 3);
    expect(await bad(log)).toMatchObject({ tree: "tenant-2", index: 3 });
    spoil(treeOf(log, tenantId(2)), 1);
    log.strays.push({ eventId: entryOf(null).id, tenant: tenantId(2) });
    expect(await bad(log)).toMatchObject({ tree: "tenant-2", index: 1 });
    log.strays.push({ eventId: entryOf(null).id, tenant: tenantId(0) });
    expect(await bad(log)).toEqual({ tree: tenantId(0), index: 0, reason: "EVENT_UNPLACED" });
    spoil(globalOf(log), 3);
    expect(await bad(log)).toMatchObject({ tree: "global", index: 3 });
  });
});

test("reads long logs in constant memory: every leaf once, and one stream of leaves at a time", async () => {
  const log = livedLog(3, 30, (below) => below - 1);
  const source = sourceOf(log);
  let read = 0;
  let open = 0;
  const counted = {
    ...source,
    async *leaves(logId: string, from: number, to: number | null) {
      open += 1;
      expect(open).toBe(1);
      try {
        for await (const leaf of source.leaves(logId, from, to)) {
          read += 1;
          yield leaf;
        }
      } finally {
        open -= 1;
      }
    },
  };
  const result = await verifyLog(counted, { ed25519Verify: fastVerify, windowLeavesMax: 16 });
  expect(result.ok).toBe(true);
  expect(read).toBe(log.trees.reduce((sum, tree) => sum + tree.size, 0));
});

describe("the anchor file", () => {
  const log = livedLog(1, 3, () => 1);
  const text = log.anchored.map(anchorRecord).join("");
  const read = async (content: string): Promise<string[]> => {
    const lines = content.split("\n");
    const notes: string[] = [];
    for await (const note of anchoredNotes(lines.slice(0, -1))) notes.push(note);
    return notes;
  };

  test("gives back the notes that were appended", async () => {
    expect(await read(text)).toEqual(log.anchored);
    expect(await read("")).toEqual([]);
  });

  test("passes over a last record that was cut off, wherever", async () => {
    const start = text.length - anchorRecord(log.anchored.at(-1) ?? "").length;
    for (let end = start; end < text.length; end++) expect(await read(text.slice(0, end))).toHaveLength(3);
  });
});
