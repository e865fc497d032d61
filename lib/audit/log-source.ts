/** A tree as the store remembers it: `tenant` null for the global one, `name` what a person calls it. */
export type StoredHead = {
  logId: string;
  tenant: string | null;
  name: string;
  size: number;
  root: Uint8Array;
};

/**
 * A leaf as it is stored. `entry` is the exact bytes that were hashed, null when they are gone: the event's entry, or,
 * in the global tree, a published head, which has no `eventId`.
 */
export type StoredLeaf = {
  index: number;
  leafHash: Uint8Array;
  eventId: string | null;
  entry: Uint8Array | null;
};

export type StoredCheckpoint = { size: number; note: string };

/**
 * A whole deployment's log, wherever it is kept. All answers are of one instant (one repeatable-read transaction);
 * only the anchored notes come from elsewhere and are taken **before** that instant, or a log that grows meanwhile
 * would seem to be behind them. At most one stream of leaves, one of checkpoints and one of anchored notes are open
 * at a time, interleaved: read by keyset pages, not through a cursor that blocks its connection.
 */
export type LogSource = {
  /** The deployment's id, which every origin must name. */
  deployment: string;
  /** Verifier keys that the caller trusts, from outside the database. One key of the log's history is enough. */
  vkeys: readonly string[];
  heads(): Promise<readonly StoredHead[]>;
  /** Leaves of a tree from index `from` up to but not including `to` (null: all), by ascending index. */
  leaves(logId: string, from: number, to: number | null): AsyncIterable<StoredLeaf>;
  /** The stored checkpoints in the order of their signing: by epoch, then size. */
  checkpoints(): AsyncIterable<StoredCheckpoint>;
  /** The notes of the anchor file, oldest first. */
  anchored(): AsyncIterable<string>;
  /**
   * Events that stand in none of the trees of `heads` and do not wait in the queue, and (`isGone`) those that wait and
   * are not there. There should be none.
   */
  strays(): AsyncIterable<{ eventId: string; tenant: string | null; isGone?: boolean }>;
};
