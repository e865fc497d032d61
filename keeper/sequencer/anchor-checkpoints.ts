import { listCheckpointsAfter } from "#db/queries/sequencer-checkpoints.ts";
import { lockLogs } from "#db/queries/sequencer-queue.ts";
import { withOperator } from "#db/tenant-tx.ts";
import type { CompactRange } from "#lib/audit/merkle.ts";
import type { Keeper } from "../keeper.ts";
import type { AnchorTail } from "./anchor-file.ts";
import { appendNotes, readAnchorTail } from "./anchor-file.ts";
import { EPOCH } from "./epoch.ts";
import { SigningRefused } from "./refusal.ts";
import type { Signer } from "./signer.ts";
import { foldTo, readSigned } from "./signer.ts";

const PAGE_NOTES = 200;

/** Comes up to what another keeper has appended to the same file meanwhile. The file never goes back. */
const catchUp = async (keeper: Keeper, signer: Signer, tail: AnchorTail): Promise<CompactRange> => {
  if (tail.note === null) {
    if (signer.anchored.size > 0) throw new SigningRefused("anchor_invalid");
    return signer.anchored;
  }
  const newest = readSigned(keeper, signer.key, tail.note, "anchor_invalid");
  if (newest.size < signer.anchored.size) throw new SigningRefused("anchor_invalid");
  return foldTo(keeper, signer.anchored, newest);
};

const reach = (signer: Signer, range: CompactRange): void => {
  signer.anchored = range;
  if (signer.tip.size < range.size) signer.tip = range;
};

/** One page; true when there may be more, or another keeper was quicker. */
const anchorPage = async (keeper: Keeper, signer: Signer): Promise<boolean> => {
  const tail = await readAnchorTail(signer.anchor);
  let range = await catchUp(keeper, signer, tail);
  const missing = await withOperator(keeper.sequencerDb, (tx) =>
    listCheckpointsAfter(tx, EPOCH, range.size, PAGE_NOTES),
  );
  for (const { note } of missing) {
    range = await foldTo(keeper, range, readSigned(keeper, signer.key, note, "checkpoint_invalid"));
  }
  if (missing.length === 0 && tail.torn === "") {
    reach(signer, range);
    return false;
  }
  const notes = missing.map(({ note }) => note);
  const appended = await withOperator(keeper.sequencerDb, async (tx) => {
    // Two keepers on one data directory take turns here, so that no note stands twice or out of order.
    await lockLogs(tx);
    if ((await readAnchorTail(signer.anchor)).bytes !== tail.bytes) return false;
    await appendNotes(signer.anchor, tail, notes);
    return true;
  });
  if (!appended) return true;
  reach(signer, range);
  return missing.length === PAGE_NOTES;
};

/**
 * Appends to the anchor file, in order, every stored checkpoint that is not there: the one just signed, those that
 * another keeper signed, and those that a crash kept from it. Each is held against the leaves first.
 *
 * @throws SigningRefused
 */
export const anchorCheckpoints = async (keeper: Keeper, signer: Signer): Promise<void> => {
  while (await anchorPage(keeper, signer));
};
