import { DomainError } from "#lib/domain/errors.ts";
import { type Checkpoint, readCheckpoint } from "./checkpoint.ts";
import type { EntryFrame } from "./entry.ts";
import type { KeyChain } from "./key-chain.ts";
import { equalBytes } from "./leaf.ts";
import { rangeRoot } from "./merkle.ts";
import { type NoteTrack, trackReason } from "./note-track.ts";
import { fail, type TreeScan } from "./tree-scan.ts";

/** What the signed checkpoints say about the global tree, followed leaf by leaf. A step is false when it found a fault. */
export type SignedHistory = {
  /** Compares the tree with every checkpoint of the size reached. */
  settle(): Promise<boolean>;
  /** Takes an operator's event, which stands just below the size reached: some change the key or the epoch. */
  leaf(entry: EntryFrame): Promise<boolean>;
  /** After the last leaf: no checkpoint may be left, and a trusted key must have signed. */
  finish(): Promise<boolean>;
};

const checkpointIn = (note: string): Checkpoint | null => {
  try {
    return readCheckpoint(note);
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
};

/** In the order of signing, is `a` newer than `b`, or another tree of the same size? */
const outdoes = (a: Checkpoint, b: Checkpoint): boolean =>
  a.epoch !== b.epoch
    ? a.epoch > b.epoch
    : a.size > b.size || (a.size === b.size && !equalBytes(a.root, b.root));

export const openHistory = (scan: TreeScan, tracks: readonly NoteTrack[], keys: KeyChain): SignedHistory => {
  let epoch = 1;
  let newest: Checkpoint | null = null;
  let lostFrom: number | null = null;
  let goodBefore = 0;

  /** The lowest leaf that nothing good covers: roots signed by a key that leads to no trusted one prove nothing. */
  const uncovered = (): number => (keys.trusted() ? scan.good : 0);

  /** Takes the next note of a track; null when its turn has not come. */
  const step = async (track: NoteTrack): Promise<boolean | null> => {
    if (track.next === null) return null;
    const { note, checkpoint } = track.next;
    const bad = (what: "INVALID" | "ROOT" | "ORDER"): false =>
      fail(scan, trackReason(track.kind, what), uncovered());
    if (checkpoint === null) return bad("INVALID");
    if (checkpoint.epoch < epoch) return bad("ORDER");
    if (checkpoint.epoch > epoch || checkpoint.size > scan.range.size) return null;
    if (checkpoint.size < scan.range.size) return bad("ORDER");
    if (!keys.signed(note)) return bad("INVALID");
    if (!equalBytes(checkpoint.root, rangeRoot(scan.range))) {
      // Two signed roots of one size: neither proves anything any more.
      if (scan.good === checkpoint.size) scan.good = goodBefore;
      return bad("ROOT");
    }
    keys.confirm();
    if (scan.good !== checkpoint.size) goodBefore = scan.good;
    scan.good = checkpoint.size;
    newest = checkpoint;
    lostFrom = null;
    await track.advance();
    return true;
  };

  // The tracks take turns, so that a note that stands in both is met twice in a row and its signature checked once.
  const settle = async (): Promise<boolean> => {
    for (let moved = true; moved; ) {
      moved = false;
      for (const track of tracks) {
        const result = await step(track);
        if (result === false) return false;
        moved ||= result === true;
      }
    }
    return true;
  };

  /** Passes over what was signed of the lost leaves: nothing of it may be newer than what the new epoch names. */
  const dropLost = async (track: NoteTrack, named: Checkpoint, before: number): Promise<boolean> => {
    for (let lost = track.next; lost?.checkpoint && lost.checkpoint.epoch < before; lost = track.next) {
      if (!keys.knows(lost.note) || outdoes(lost.checkpoint, named)) return false;
      await track.advance();
    }
    return true;
  };

  /**
   * A restore that lost leaves opens an epoch, and the epoch's first leaf names the newest checkpoint before it. What
   * was signed beyond this leaf is lost and said to be lost; a newer checkpoint than the named one was kept quiet.
   */
  const openEpoch = async ({ detail }: EntryFrame): Promise<boolean> => {
    const index = scan.range.size - 1;
    const note = typeof detail.old_note === "string" ? detail.old_note : "";
    const number = typeof detail.epoch === "number" ? detail.epoch : 0;
    const named = checkpointIn(note);
    const follows =
      named !== null &&
      number > epoch &&
      named.epoch < number &&
      keys.knows(note) &&
      (newest === null || !outdoes(newest, named));
    if (!follows) return fail(scan, "EPOCH_INVALID", index);
    for (const track of tracks) {
      if (!(await dropLost(track, named, number))) return fail(scan, "EPOCH_INVALID", index);
    }
    if (named.size > index) lostFrom ??= index;
    epoch = number;
    return true;
  };

  return {
    settle,
    leaf: async (entry) => {
      // Whoever else writes of the log's key or epoch says something, and changes nothing.
      if (entry.source !== "keeper") return true;
      if (entry.action === "log.epoch_opened") return openEpoch(entry);
      return keys.leaf(entry) || fail(scan, "KEY_INVALID", scan.range.size - 1);
    },
    finish: async () => {
      for (const track of tracks) {
        if (track.next === null) continue;
        if (keys.knows(track.next.note)) return fail(scan, trackReason(track.kind, "AHEAD"), scan.range.size);
        return fail(scan, trackReason(track.kind, "INVALID"), uncovered());
      }
      // An epoch that nothing has signed yet may be anybody's: until then the lost checkpoints stand against it.
      if (lostFrom !== null) return fail(scan, "ANCHOR_AHEAD", lostFrom);
      if (newest === null) return scan.range.size === 0 || fail(scan, "CHECKPOINT_MISSING", 0);
      return keys.trusted() || fail(scan, "KEY_UNTRUSTED", 0);
    },
  };
};
