/**
 * Why a log does not verify: a stable code, and one sentence for whoever reads it. Of a tree, the first bad index is
 * exact for what is wrong with one leaf (`LEAF_…`, `ENTRY_…`, `HEAD_INCONSISTENT`, `KEY_…`, `EPOCH_INVALID`).
 * Where only a root, a signature or a size disagrees, it is the lowest leaf that nothing good covers any more: every
 * leaf below it is proved by a signed or published root, and the first changed one is at or after it. Of a tree that
 * is too short (`TREE_TRUNCATED`, `…_AHEAD`) it is the first index that is not there.
 */
export const REASONS = {
  TREE_MISSING: "A tree whose head was published is not there.",
  TREE_REPEATED: "Two trees are kept for the same tenant.",
  TREE_TRUNCATED: "The tree is shorter than the head that was published of it.",
  LEAF_MISSING: "A leaf is missing: the indexes have a gap, or end below the tree's size.",
  LEAF_REPEATED: "An index stands twice.",
  LEAF_BEYOND_HEAD: "There are leaves beyond the tree's size.",
  LEAF_HASH: "The stored bytes do not have the hash of their leaf: the entry or the leaf was changed.",
  ENTRY_MISSING: "The leaf's entry is not there.",
  ENTRY_INVALID: "The bytes are not an audit entry, or not where one may stand.",
  ENTRY_FOREIGN: "The entry belongs to another tree.",
  ENTRY_ID: "The entry is not the event that its row says.",
  ROOT_MISMATCH: "The tree does not have the root that was recorded of it.",
  EVENT_UNPLACED: "An event stands in no tree and does not wait for a place in one.",
  EVENT_GONE: "An event that waited for its place in a tree is not there any more.",
  HEAD_INCONSISTENT: "A tenant's published heads contradict each other.",
  CHECKPOINT_MISSING: "Nothing in the log is signed.",
  CHECKPOINT_INVALID: "A stored checkpoint is malformed or not signed by the log's key.",
  CHECKPOINT_ROOT: "A stored checkpoint has another root than the tree of its size.",
  CHECKPOINT_ORDER: "The stored checkpoints are not in the order of their signing.",
  CHECKPOINT_AHEAD: "A stored checkpoint is of a larger tree than there is.",
  ANCHOR_INVALID: "An anchored checkpoint is malformed or not signed by the log's key.",
  ANCHOR_ROOT: "An anchored checkpoint has another root than the tree of its size.",
  ANCHOR_ORDER: "The anchored checkpoints are not in the order of their signing.",
  ANCHOR_AHEAD: "The database is behind its newest anchored checkpoint.",
  KEY_INVALID: "A change of the signing key does not follow from the key before it.",
  KEY_UNTRUSTED: "No signature leads to a key that is trusted.",
  EPOCH_INVALID: "A new epoch does not name the newest checkpoint of the one before it.",
} as const;
export type Reason = keyof typeof REASONS;

/** Where a tree is broken. */
export type Bad = { index: number; reason: Reason };
