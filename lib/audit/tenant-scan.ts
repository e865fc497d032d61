import type { HeadLeaf } from "./head-leaf.ts";
import { equalBytes } from "./leaf.ts";
import type { LogSource } from "./log-source.ts";
import { rangeRoot } from "./merkle.ts";
import { fail, takeLeaf, type TreeScan } from "./tree-scan.ts";

/** Compares the root with one recorded at the size reached. */
const settle = (scan: TreeScan, root: Uint8Array): boolean => {
  if (!equalBytes(rangeRoot(scan.range), root)) return fail(scan, "ROOT_MISMATCH", scan.good);
  scan.good = scan.range.size;
  return true;
};

/**
 * Reads a tenant's tree on to the last of these published heads, which are of growing sizes, and compares its root
 * with each. Heads below what has been read have been compared before.
 */
export const scanToHeads = async (
  source: LogSource,
  scan: TreeScan,
  heads: readonly HeadLeaf[],
): Promise<void> => {
  const due = heads.filter((head) => head.size > scan.range.size);
  const last = due.at(-1);
  if (scan.bad || last === undefined) return;
  let next = 0;
  for await (const leaf of source.leaves(
    scan.head.logId,
    scan.range.size,
    Math.min(last.size, scan.head.size),
  )) {
    if (takeLeaf(scan, leaf) === null) return;
    const head = due[next];
    if (head?.size !== scan.range.size) continue;
    if (!settle(scan, head.root)) return;
    next += 1;
  }
  if (scan.range.size < Math.min(last.size, scan.head.size)) fail(scan, "LEAF_MISSING", scan.range.size);
  else if (scan.range.size < last.size) fail(scan, "TREE_TRUNCATED", scan.range.size);
};

/** Reads the rest of a tenant's tree, to its stored head and not beyond it. */
export const finishTenant = async (source: LogSource, scan: TreeScan): Promise<void> => {
  if (scan.bad) return;
  for await (const leaf of source.leaves(scan.head.logId, scan.range.size, null)) {
    if (takeLeaf(scan, leaf) === null) return;
  }
  if (scan.range.size < scan.head.size) fail(scan, "LEAF_MISSING", scan.range.size);
  else settle(scan, scan.head.root);
};
