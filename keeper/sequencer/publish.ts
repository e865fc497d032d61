import {
  findNewestCheckpoint,
  insertCheckpoint,
  isKeyEventPlaced,
} from "#db/queries/sequencer-checkpoints.ts";
import { lockLogs } from "#db/queries/sequencer-queue.ts";
import type { HeadRow, NewHeadLeaf } from "#db/queries/sequencer-trees.ts";
import {
  advanceHeads,
  insertHeadLeaves,
  markPublished,
  readHeads,
  readUnpublishedHeads,
} from "#db/queries/sequencer-trees.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { signCheckpoint } from "#lib/audit/checkpoint.ts";
import { headLeaf } from "#lib/audit/head-leaf.ts";
import { equalBytes, leafHash } from "#lib/audit/leaf.ts";
import type { CompactRange } from "#lib/audit/merkle.ts";
import { appendLeaf, decodeRange, encodeRange, rangeRoot } from "#lib/audit/merkle.ts";
import type { Keeper } from "../keeper.ts";
import { EPOCH } from "./epoch.ts";
import { foldLeaves } from "./fold-leaves.ts";
import { SigningRefused } from "./refusal.ts";
import type { Signer } from "./signer.ts";

/** How often a checkpoint is signed while the log changes. */
export const PUBLISH_SECONDS = 10;
const HEADS_PAGE = 1_000;

/** Two keepers' clocks tick apart; one that comes this little too early need not wait for its next turn. */
const SLACK_SECONDS = 0.5;

/** The global tree as folded from its leaves, held against its stored head. */
const proveHead = async (keeper: Keeper, signer: Signer, tx: OperatorTx): Promise<CompactRange> => {
  const [head] = await readHeads(tx, [keeper.deploymentId]);
  const size = head?.size ?? 0;
  if (size < signer.tip.size) throw new SigningRefused("database_behind");
  const range = await foldLeaves((read) => read(tx), keeper.deploymentId, signer.tip, size);
  if (!equalBytes(encodeRange(range), head?.hashes ?? new Uint8Array()))
    throw new SigningRefused("head_mismatch");
  return range;
};

const storedRoot = (head: HeadRow): Uint8Array => {
  try {
    return rangeRoot(decodeRange(head.size, head.hashes));
  } catch (cause) {
    throw new SigningRefused("head_mismatch", { cause });
  }
};

/** Appends the heads of a page of changed tenants to the global tree. */
const appendHeads = async (
  tx: OperatorTx,
  logId: string,
  range: CompactRange,
  heads: readonly HeadRow[],
): Promise<CompactRange> => {
  let grown = range;
  const leaves: NewHeadLeaf[] = [];
  for (const head of heads) {
    const bytes = headLeaf({ tenant: head.logId, size: head.size, root: storedRoot(head) });
    const hash = leafHash(bytes);
    leaves.push({ index: grown.size, head: bytes, hash });
    grown = appendLeaf(grown, hash);
  }
  await insertHeadLeaves(tx, logId, leaves);
  await markPublished(tx, heads);
  return grown;
};

const publishIn = async (
  keeper: Keeper,
  signer: Signer,
  tx: OperatorTx,
  isLast: boolean,
): Promise<CompactRange> => {
  await lockLogs(tx);
  const logId = keeper.deploymentId;
  const range = await proveHead(keeper, signer, tx);
  const newest = await findNewestCheckpoint(tx, EPOCH);
  if ((newest?.size ?? 0) > range.size) throw new SigningRefused("database_behind");
  if (!isLast && newest && newest.ageSeconds < PUBLISH_SECONDS - SLACK_SECONDS) return range;
  // What the first checkpoint signs names the key that signs it.
  if (!newest && !(await isKeyEventPlaced(tx))) return range;
  let grown = range;
  for (;;) {
    const heads = await readUnpublishedHeads(tx, logId, HEADS_PAGE);
    if (heads.length > 0) grown = await appendHeads(tx, logId, grown, heads);
    if (heads.length < HEADS_PAGE) break;
  }
  if (grown.size === (newest?.size ?? 0)) return grown;
  if (grown.size > range.size) {
    await advanceHeads(tx, [{ logId, from: range.size, size: grown.size, hashes: encodeRange(grown) }]);
  }
  const note = signCheckpoint({ deployment: logId, epoch: EPOCH, size: grown.size, root: rangeRoot(grown) }, [
    signer.key.seed,
  ]);
  await insertCheckpoint(tx, { epoch: EPOCH, size: grown.size, note });
  return grown;
};

/**
 * Puts the heads of changed tenants into the global tree and signs a checkpoint of it, in one transaction; does
 * nothing when nothing has changed, or another keeper has just done it. In any case the log is proved to continue
 * what was signed before.
 *
 * @throws SigningRefused
 */
export const publish = async (keeper: Keeper, signer: Signer, isLast = false): Promise<void> => {
  // A long way to fold is gone before the lock is taken; under it only what came meanwhile is left.
  const head = await withOperator(keeper.sequencerDb, (tx) => readHeads(tx, [keeper.deploymentId]));
  signer.tip = await foldLeaves(
    (read) => withOperator(keeper.sequencerDb, read),
    keeper.deploymentId,
    signer.tip,
    head[0]?.size ?? 0,
  );
  signer.tip = await withOperator(keeper.sequencerDb, (tx) => publishIn(keeper, signer, tx, isLast));
};
