import { readLeafHashes } from "#db/queries/sequencer-trees.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";
import type { CompactRange } from "#lib/audit/merkle.ts";
import { appendLeaf } from "#lib/audit/merkle.ts";
import { SigningRefused } from "./refusal.ts";

const PAGE_LEAVES = 10_000;

/**
 * Folds the stored leaves of a log into a range, up to a size: what the sequencer signs is what it has folded itself
 * from what it signed before, never what the head's row says.
 *
 * @param inTx runs one page's read; a long fold is not one long transaction
 * @throws SigningRefused `database_behind` when leaves are missing
 */
export const foldLeaves = async (
  inTx: <T>(read: (tx: OperatorTx) => Promise<T>) => Promise<T>,
  logId: string,
  range: CompactRange,
  size: number,
): Promise<CompactRange> => {
  let folded = range;
  while (folded.size < size) {
    const leaves = await inTx((tx) => readLeafHashes(tx, logId, folded.size, size, PAGE_LEAVES));
    if (leaves.length === 0) throw new SigningRefused("database_behind");
    for (const { index, hash } of leaves) {
      if (index !== folded.size) throw new SigningRefused("database_behind");
      folded = appendLeaf(folded, hash);
    }
  }
  return folded;
};
