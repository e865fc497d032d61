import type { HeadLeaf } from "./head-leaf.ts";
import { equalBytes } from "./leaf.ts";
import type { LogSource } from "./log-source.ts";
import { rangeRoot } from "./merkle.ts";
import type { SignedHistory } from "./signed-history.ts";
import { fail, takeLeaf, type TreeScan } from "./tree-scan.ts";

/** A published head and where in the global tree it stands. */
export type PublishedHead = { index: number; head: HeadLeaf };

/** The last head that was published of each tenant: they may only grow. */
export type LastHeads = Map<string, HeadLeaf>;

const follows = (last: HeadLeaf | undefined, head: HeadLeaf): boolean =>
  !last || head.size > last.size || (head.size === last.size && equalBytes(head.root, last.root));

/** Reads the global tree on to index `to`, against its checkpoints; the heads that it meets go into `published`. */
export const scanGlobal = async (
  source: LogSource,
  scan: TreeScan,
  history: SignedHistory,
  lastHeads: LastHeads,
  published: PublishedHead[],
  to: number | null,
): Promise<void> => {
  if (scan.bad || !(await history.settle()) || scan.head.logId === "") return;
  for await (const leaf of source.leaves(scan.head.logId, scan.range.size, to)) {
    const index = scan.range.size;
    const content = takeLeaf(scan, leaf);
    if (content === null) return;
    if (content.head) {
      if (!follows(lastHeads.get(content.head.tenant), content.head)) {
        fail(scan, "HEAD_INCONSISTENT", index);
        return;
      }
      lastHeads.set(content.head.tenant, content.head);
      published.push({ index, head: content.head });
    } else if (!(await history.leaf(content.entry))) return;
    if (!(await history.settle())) return;
  }
  if (to !== null && scan.range.size < to) fail(scan, "LEAF_MISSING", scan.range.size);
};

/** After the last leaf: the stored size and root, and what the checkpoints still have to say. */
export const finishGlobal = async (scan: TreeScan, history: SignedHistory): Promise<void> => {
  if (scan.bad) return;
  if (scan.range.size < scan.head.size) fail(scan, "LEAF_MISSING", scan.range.size);
  else if (!(await history.finish())) return;
  else if (!equalBytes(rangeRoot(scan.range), scan.head.root)) fail(scan, "ROOT_MISMATCH", scan.good);
  else scan.good = scan.range.size;
};
