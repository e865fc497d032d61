import { finishGlobal, type LastHeads, scanGlobal } from "./global-scan.ts";
import type { HeadLeaf } from "./head-leaf.ts";
import { openKeyChain } from "./key-chain.ts";
import { emptyRoot } from "./leaf.ts";
import type { LogSource, StoredHead } from "./log-source.ts";
import type { Ed25519Verify } from "./note.ts";
import { openTracks } from "./note-track.ts";
import type { Reason } from "./reasons.ts";
import { openHistory } from "./signed-history.ts";
import { finishTenant, scanToHeads } from "./tenant-scan.ts";
import { fail, openScan, type TreeScan } from "./tree-scan.ts";

/** `tree` is the stored name of the tree, `global` for the global one, or the tenant's id where there is no tree. */
export type FirstBad = { tree: string; index: number; reason: Reason };

/** `trees`: how many were read, the global one included. `events`: how many events in them are right. */
export type LogVerdict = { ok: boolean; trees: number; events: number; first_bad: FirstBad | null };

export type VerifyOptions = {
  /** A faster Ed25519 than the default, which checks some 300 signatures a second. */
  ed25519Verify?: Ed25519Verify | undefined;
  /** How many leaves of the global tree are read before the tenants' trees are read on to the heads among them. */
  windowLeavesMax?: number | undefined;
};

const WINDOW_LEAVES_MAX = 65_536;

/** The trees of a deployment under reading, tenants by ascending id. */
type Forest = { global: TreeScan; tenants: Map<string, TreeScan> };

const openForest = (heads: readonly StoredHead[]): Forest => {
  const stored = heads.find((head) => head.tenant === null);
  const forest: Forest = {
    global: openScan(stored ?? { logId: "", tenant: null, name: "global", size: 0, root: emptyRoot() }),
    tenants: new Map(),
  };
  for (const head of heads.toSorted((a, b) => (String(a.tenant) < String(b.tenant) ? -1 : 1))) {
    if (head === stored) continue;
    const scan = head.tenant === null ? forest.global : forest.tenants.get(head.tenant);
    if (scan) fail(scan, "TREE_REPEATED", 0);
    else forest.tenants.set(head.tenant as string, openScan(head));
  }
  return forest;
};

/** A tenant of which a head was published, or an event is there, and no tree. */
const treeOf = (forest: Forest, tenant: string | null): TreeScan => {
  const known = tenant === null ? forest.global : forest.tenants.get(tenant);
  if (known) return known;
  const missing = openScan({ logId: "", tenant, name: String(tenant), size: 0, root: emptyRoot() });
  forest.tenants.set(String(tenant), missing);
  return missing;
};

/** Reads each tenant's tree on to the heads that were published of it. */
const readTenants = async (source: LogSource, forest: Forest, heads: readonly HeadLeaf[]): Promise<void> => {
  for (const [tenant, own] of Map.groupBy(heads, (head) => head.tenant)) {
    const scan = treeOf(forest, tenant);
    if (scan.head.logId === "") fail(scan, "TREE_MISSING", 0);
    await scanToHeads(source, scan, own);
  }
};

const readGlobal = async (source: LogSource, forest: Forest, options: VerifyOptions): Promise<void> => {
  const { global } = forest;
  const { tracks, close } = await openTracks(source);
  try {
    const history = openHistory(global, tracks, openKeyChain(source.vkeys, options.ed25519Verify));
    const lastHeads: LastHeads = new Map();
    const windowLeaves = options.windowLeavesMax ?? WINDOW_LEAVES_MAX;
    while (!global.bad && global.range.size < global.head.size) {
      const to = Math.min(global.range.size + windowLeaves, global.head.size);
      await readTenants(source, forest, await scanGlobal(source, global, history, lastHeads, to));
    }
    // Past the stored size there must be nothing.
    await scanGlobal(source, global, history, lastHeads, null);
    await finishGlobal(global, history);
  } finally {
    await close();
  }
};

const firstBad = (forest: Forest): FirstBad | null => {
  const tenants = [...forest.tenants].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, scan]) => scan);
  const scan = [forest.global, ...tenants].find(({ bad }) => bad !== null);
  return scan?.bad ? { tree: scan.head.name, ...scan.bad } : null;
};

/**
 * Checks the log of a whole deployment: every leaf's hash from its exact bytes, gaps, entries in a wrong tree, every
 * published head of a tenant against the tenant's own tree, every stored and anchored checkpoint's signature and root,
 * the changes of keys and epochs, and that no event stands outside the trees and their queue.
 *
 * The first bad place is that of the global tree if it has one, because the tenants' heads stand in it; then of the
 * tenants' trees by ascending tenant id. Of one tree it is the lowest index; `REASONS` says when that is exact.
 *
 * Memory does not grow with the log: a compact range for each tree, and the heads of one window.
 */
export const verifyLog = async (source: LogSource, options: VerifyOptions = {}): Promise<LogVerdict> => {
  const forest = openForest(await source.heads());
  const trees = forest.tenants.size + 1;
  await readGlobal(source, forest, options);
  for (const scan of forest.tenants.values()) await finishTenant(source, scan);
  for await (const stray of source.strays()) {
    const scan = treeOf(forest, stray.tenant);
    fail(scan, stray.isGone ? "EVENT_GONE" : "EVENT_UNPLACED", scan.head.size);
  }
  const bad = firstBad(forest);
  const scans = [forest.global, ...forest.tenants.values()];
  const events = scans.reduce((sum, scan) => sum + scan.events, 0);
  return { ok: bad === null, trees, events, first_bad: bad };
};
