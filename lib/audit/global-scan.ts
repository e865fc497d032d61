import type { HeadLeaf } from "./head-leaf.ts";
import { equalBytes } from "./leaf.ts";
import type { LogSource } from "./log-source.ts";
import { rangeRoot } from "./merkle.ts";
import type { SignedHistory } from "./signed-history.ts";
import { fail, takeLeaf, type TreeScan } from "./tree-scan.ts";

/** The last head that was published of each tenant: they may only grow. */
export type LastHeads = Map<string, HeadLeaf>;

const follows = (last: HeadLeaf | undefined, head: HeadLeaf): boolean =>
  !last || head.size > last.size || (head.size === last.size && equalBytes(head.root, last.root));

/** Reads the global tree on to index `to`, against its checkpoints, and gives the heads that it met. */
export const scanGlobal = async (
  source: LogSource,
  scan: TreeScan,
  history: SignedHistory,
  lastHeads: LastHeads,
  to: number | null,
): Promise<readonly HeadLeaf[]> => {
  const heads: HeadLeaf[] = [];
  if (scan.bad || !(await history.settle()) || scan.head.logId === "") return heads;
  for await (const leaf of source.leaves(scan.head.logId, scan.range.size, to)) {
    const index = scan.range.size;
    const content = takeLeaf(scan, leaf);
    if (content === null) return heads;
    if (content.head) {
      if (!follows(lastHeads.get(content.head.tenant), content.head)) fail(scan, "HEAD_INCONSISTENT", index);
      lastHeads.set(content.head.tenant, content.head);
      heads.push(content.head);
    } else await history.leaf(content.entry);
    if (scan.bad || !(await history.settle())) return heads;
  }
  if (to !== null && scan.range.size < to) fail(scan, "LEAF_MISSING", scan.range.size);
  return heads;
};

/** After the last leaf: the stored size and root, and what the checkpoints still have to say. */
export const finishGlobal = async (scan: TreeScan, history: SignedHistory): Promise<void> => {
  if (scan.bad) return;
  if (scan.range.size < scan.head.size) fail(scan, "LEAF_MISSING", scan.range.size);
  else if (!(await history.finish())) return;
  else if (!equalBytes(rangeRoot(scan.range), scan.head.root)) fail(scan, "ROOT_MISMATCH", scan.good);
  else scan.good = scan.range.size;
};
