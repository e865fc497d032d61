import { createPublicKey, verify } from "node:crypto";
import type { Action } from "#lib/domain/audit-catalogue.ts";
import { newId } from "#lib/domain/ids.ts";
import { signCheckpoint, originOf } from "../../checkpoint.ts";
import { type AuditEntry, encodeEntry } from "../../entry.ts";
import { headLeaf, isHeadLeaf, parseHeadLeaf } from "../../head-leaf.ts";
import { leafHash } from "../../leaf.ts";
import type { LogSource, StoredLeaf } from "../../log-source.ts";
import { appendLeaf, type CompactRange, emptyRange, rangeRoot, rootOf } from "../../merkle.ts";
import { type Ed25519Verify, formatVkey, noteKey, publicKeyOf } from "../../note.ts";

export const DEPLOYMENT = "0190f3a0-b2c4-7def-8123-456789abcdef";
export const tenantId = (n: number): string => `0190f3a0-b2c4-7def-8123-00000000000${n}`;
export const seedOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
export const vkeyOf = (seed: Uint8Array, epoch = 1): string =>
  formatVkey(noteKey(originOf(DEPLOYMENT, epoch), publicKeyOf(seed)));

export type MemoryTree = {
  logId: string;
  tenant: string | null;
  name: string;
  size: number;
  root: Uint8Array;
  range: CompactRange;
  leaves: StoredLeaf[];
};

/** A deployment's log in memory: what the database holds, and the anchor file beside it. */
export type MemoryLog = {
  trees: MemoryTree[];
  checkpoints: { size: number; note: string }[];
  anchored: string[];
  strays: { eventId: string; tenant: string | null }[];
  vkeys: string[];
  seed: Uint8Array;
  oldSeed: Uint8Array | null;
  epoch: number;
};

const newTree = (tenant: string | null, name: string): MemoryTree => ({
  logId: tenant ?? DEPLOYMENT,
  tenant,
  name,
  size: 0,
  root: rootOf([]),
  range: emptyRange(),
  leaves: [],
});

export const globalOf = (log: MemoryLog): MemoryTree => log.trees[0] as MemoryTree;
export const treeOf = (log: MemoryLog, tenant: string): MemoryTree =>
  log.trees.find((tree) => tree.tenant === tenant) as MemoryTree;

let made = 0;
export const entryOf = (
  tenant: string | null,
  action: Action = "tenant.created",
  detail: object = { slug: `tenant-${made}` },
): AuditEntry => {
  made += 1;
  return {
    v: 1,
    id: newId(),
    t: new Date(1_795_000_000_000 + made).toISOString(),
    tenant,
    source: "keeper",
    actor: { type: "keeper", id: "keeper-1" },
    action,
    target: { type: "log", id: DEPLOYMENT },
    outcome: "ok",
    req: `req-${made}`,
    detail,
  } as AuditEntry;
};

export const leafOf = (entry: AuditEntry, index = 0): StoredLeaf => {
  const bytes = encodeEntry(entry);
  return { index, leafHash: leafHash(bytes), eventId: entry.id, entry: bytes };
};

/** Numbers the leaves anew, and makes size, root and leaf hashes those of what stands there: what a superuser can do. */
export const rebuild = (tree: MemoryTree): void => {
  tree.leaves = tree.leaves.map((leaf, index) => ({
    ...leaf,
    index,
    leafHash: leafHash(leaf.entry as Uint8Array),
  }));
  tree.range = tree.leaves.reduce((range, leaf) => appendLeaf(range, leaf.leafHash), emptyRange());
  tree.size = tree.range.size;
  tree.root = rangeRoot(tree.range);
};

const push = (tree: MemoryTree, leaf: StoredLeaf): void => {
  tree.leaves.push({ ...leaf, index: tree.leaves.length });
  tree.range = appendLeaf(tree.range, leaf.leafHash);
  tree.size = tree.range.size;
  tree.root = rangeRoot(tree.range);
};

export const appendEvent = (log: MemoryLog, entry: AuditEntry): void => {
  const tree = entry.tenant === null ? globalOf(log) : treeOf(log, entry.tenant);
  push(tree, leafOf(entry));
};

/** The last published size of each tenant, and where. */
export const publishedHeads = (
  log: MemoryLog,
): { index: number; tenant: string; size: number; root: Uint8Array }[] =>
  globalOf(log).leaves.flatMap((leaf) =>
    leaf.entry && isHeadLeaf(leaf.entry) ? [{ index: leaf.index, ...parseHeadLeaf(leaf.entry) }] : [],
  );

export const headBytes = (tree: MemoryTree, size: number): Uint8Array => {
  const root = rootOf(tree.leaves.slice(0, size).map((leaf) => leaf.leafHash));
  return headLeaf({ tenant: tree.tenant as string, size, root });
};

/** Puts the head of each changed tenant into the global tree, signs it, and anchors the checkpoint. */
export const publish = (log: MemoryLog): void => {
  const heads = publishedHeads(log);
  for (const tree of log.trees.slice(1)) {
    const last = heads.findLast(({ tenant }) => tenant === tree.tenant)?.size ?? 0;
    if (tree.size === last) continue;
    const entry = headBytes(tree, tree.size);
    push(globalOf(log), { index: 0, leafHash: leafHash(entry), eventId: null, entry });
  }
  sign(log);
};

export const sign = (log: MemoryLog): void => {
  const { size, root } = globalOf(log);
  const seeds = log.oldSeed ? [log.oldSeed, log.seed] : [log.seed];
  const note = signCheckpoint({ deployment: DEPLOYMENT, epoch: log.epoch, size, root }, seeds);
  log.oldSeed = null;
  log.checkpoints.push({ size, note });
  log.anchored.push(note);
};

export const rotateKey = (log: MemoryLog, seed: Uint8Array): void => {
  const detail = { old: vkeyOf(log.seed, log.epoch), new: vkeyOf(seed, log.epoch) };
  appendEvent(log, entryOf(null, "log.key_rotated", detail));
  log.oldSeed = log.seed;
  log.seed = seed;
};

export const openEpoch = (log: MemoryLog, oldNote: string): void => {
  log.epoch += 1;
  appendEvent(
    log,
    entryOf(null, "log.epoch_opened", {
      epoch: log.epoch,
      old_note: oldNote,
      reason: "restored from a backup",
    }),
  );
};

export const newLog = (tenants: number, seed = seedOf(1)): MemoryLog => {
  const log: MemoryLog = {
    trees: [newTree(null, "global")],
    checkpoints: [],
    anchored: [],
    strays: [],
    vkeys: [vkeyOf(seed)],
    seed,
    oldSeed: null,
    epoch: 1,
  };
  for (let n = 1; n <= tenants; n++) log.trees.push(newTree(tenantId(n), `tenant-${n}`));
  appendEvent(log, entryOf(null, "deployment.created", {}));
  appendEvent(log, entryOf(null, "log.key_created", { new: vkeyOf(seed) }));
  publish(log);
  return log;
};

/** A log that lived for some rounds: in each some events of some tenants and of the operator, then a publish. */
export const livedLog = (tenants: number, rounds: number, random: (below: number) => number): MemoryLog => {
  const log = newLog(tenants);
  for (let round = 0; round < rounds; round++) {
    for (let i = 1 + random(6); i > 0; i--) {
      const n = random(tenants + 1);
      appendEvent(log, entryOf(n === 0 ? null : tenantId(n)));
    }
    publish(log);
  }
  return log;
};

export const copyOf = (log: MemoryLog): MemoryLog => structuredClone(log);

export const sourceOf = (log: MemoryLog): LogSource => ({
  deployment: DEPLOYMENT,
  vkeys: log.vkeys,
  heads: async () =>
    log.trees.map(({ logId, tenant, name, size, root }) => ({ logId, tenant, name, size, root })),
  async *leaves(logId, from, to) {
    const tree = log.trees.find((one) => one.logId === logId);
    for (const leaf of tree?.leaves ?? []) {
      if (leaf.index >= from && (to === null || leaf.index < to)) yield leaf;
    }
  },
  async *checkpoints() {
    yield* log.checkpoints;
  },
  async *anchored() {
    yield* log.anchored;
  },
  async *strays() {
    yield* log.strays;
  },
});

/** Ed25519 by the machine: the one in the product's own dependency is right but slow. */
export const fastVerify: Ed25519Verify = (signature, message, publicKey) => {
  const key = createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey).toString("base64url") },
    format: "jwk",
  });
  return verify(null, message, key, signature);
};
