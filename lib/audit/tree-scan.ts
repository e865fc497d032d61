import { DomainError } from "#lib/domain/errors.ts";
import { type EntryFrame, readEntry } from "./entry.ts";
import { isHeadLeaf, parseHeadLeaf, type HeadLeaf } from "./head-leaf.ts";
import { equalBytes, leafHash } from "./leaf.ts";
import type { StoredHead, StoredLeaf } from "./log-source.ts";
import { appendLeaf, type CompactRange, emptyRange } from "./merkle.ts";
import type { Bad, Reason } from "./reasons.ts";

/** How far a tree has been read: constant memory, whatever its size. */
export type TreeScan = {
  readonly head: StoredHead;
  range: CompactRange;
  /** The largest size at which a recorded root was right. */
  good: number;
  /** The first thing that is wrong; nothing is read after it. */
  bad: Bad | null;
  events: number;
};

export const openScan = (head: StoredHead): TreeScan => ({
  head,
  range: emptyRange(),
  good: 0,
  bad: null,
  events: 0,
});

/** Notes the first bad place of a tree, and says that reading it ends here. */
export const fail = (scan: TreeScan, reason: Reason, index: number): false => {
  scan.bad ??= { index, reason };
  return false;
};

/** What stands in a leaf. */
export type LeafContent = { entry: EntryFrame; head?: undefined } | { head: HeadLeaf; entry?: undefined };

const contentOf = (bytes: Uint8Array): LeafContent | null => {
  try {
    return isHeadLeaf(bytes) ? { head: parseHeadLeaf(bytes) } : { entry: readEntry(bytes) };
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
};

/** What is wrong with a leaf that has its right place and hash. */
const contentFault = (tree: StoredHead, leaf: StoredLeaf, content: LeafContent | null): Reason | null => {
  if (content === null) return "ENTRY_INVALID";
  if (content.head) return tree.tenant === null && leaf.eventId === null ? null : "ENTRY_INVALID";
  if (content.entry.tenant !== tree.tenant) return "ENTRY_FOREIGN";
  return content.entry.id === leaf.eventId ? null : "ENTRY_ID";
};

/** Takes the next leaf into the scan: its index, its bytes' hash, and that it belongs here. Null when it is bad. */
export const takeLeaf = (scan: TreeScan, leaf: StoredLeaf): LeafContent | null => {
  const index = scan.range.size;
  const refuse = (reason: Reason, at = index): null => {
    fail(scan, reason, at);
    return null;
  };
  if (leaf.index > index) return refuse("LEAF_MISSING");
  if (leaf.index < index) return refuse("LEAF_REPEATED", leaf.index);
  if (index >= scan.head.size) return refuse("LEAF_BEYOND_HEAD");
  if (leaf.entry === null) return refuse("ENTRY_MISSING");
  const hash = leafHash(leaf.entry);
  if (!equalBytes(hash, leaf.leafHash)) return refuse("LEAF_HASH");
  const content = contentOf(leaf.entry);
  const fault = contentFault(scan.head, leaf, content);
  if (fault !== null) return refuse(fault);
  scan.range = appendLeaf(scan.range, hash);
  if (content?.entry) scan.events += 1;
  return content;
};
