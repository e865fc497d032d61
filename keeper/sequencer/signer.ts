import { withOperator } from "#db/tenant-tx.ts";
import { verifyCheckpoint } from "#lib/audit/checkpoint.ts";
import type { Checkpoint } from "#lib/audit/checkpoint.ts";
import { equalBytes } from "#lib/audit/leaf.ts";
import type { CompactRange } from "#lib/audit/merkle.ts";
import { emptyRange, rangeRoot } from "#lib/audit/merkle.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { Keeper } from "../keeper.ts";
import type { Anchor } from "./anchor-file.ts";
import { openAnchor, readAnchorTail, readVkey, writeVkey } from "./anchor-file.ts";
import type { AuditKey } from "./audit-key.ts";
import { loadAuditKey } from "./audit-key.ts";
import { EPOCH } from "./epoch.ts";
import { foldLeaves } from "./fold-leaves.ts";
import type { RefusalReason } from "./refusal.ts";
import { SigningRefused } from "./refusal.ts";

/** What signs checkpoints: the key, and what has been proved of the global tree so far. */
export type Signer = {
  key: AuditKey;
  anchor: Anchor;
  /** The global tree at the newest anchored checkpoint. */
  anchored: CompactRange;
  /** The global tree as far as this signer has folded it: never behind `anchored`. */
  tip: CompactRange;
};

/** The checkpoint in a note of this log that its key signed. */
export const readSigned = (
  keeper: Keeper,
  key: AuditKey,
  note: string,
  reason: RefusalReason,
): Checkpoint => {
  try {
    const { checkpoint } = verifyCheckpoint(note, [key.publicKey]);
    if (checkpoint.deployment === keeper.deploymentId && checkpoint.epoch === EPOCH) return checkpoint;
  } catch (cause) {
    if (!(cause instanceof DomainError)) throw cause;
    throw new SigningRefused(reason, { cause });
  }
  throw new SigningRefused(reason);
};

/** Folds on to a checkpoint and holds the root against it. */
export const foldTo = async (
  keeper: Keeper,
  range: CompactRange,
  checkpoint: Checkpoint,
): Promise<CompactRange> => {
  const folded = await foldLeaves(
    (read) => withOperator(keeper.sequencerDb, read),
    keeper.deploymentId,
    range,
    checkpoint.size,
  );
  if (!equalBytes(rangeRoot(folded), checkpoint.root)) throw new SigningRefused("root_mismatch");
  return folded;
};

/**
 * Opens the signing key and proves, before anything is signed, that the database still holds what the newest anchored
 * checkpoint says.
 *
 * @throws SigningRefused
 */
export const openSigner = async (keeper: Keeper): Promise<Signer> => {
  const anchor = await openAnchor(keeper.dataDir);
  const vkey = await readVkey(anchor);
  const { note } = await readAnchorTail(anchor);
  if (vkey === null && note !== null) {
    keeper.log.warn(
      "the verifier key beside the anchored checkpoints is gone; it is written again if it verifies them",
    );
  }
  const key = await loadAuditKey(keeper, vkey, note !== null);
  const anchored =
    note === null
      ? emptyRange()
      : await foldTo(keeper, emptyRange(), readSigned(keeper, key, note, "anchor_invalid"));
  if (vkey === null) await writeVkey(anchor, key.vkey);
  return { key, anchor, anchored, tip: anchored };
};
