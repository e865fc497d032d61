import { DomainError } from "#lib/domain/errors.ts";
import { isUuid } from "#lib/domain/ids.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import { HASH_BYTES } from "./leaf.ts";
import { type Ed25519Verify, noteKey, parseNote, signNote, verifyNote } from "./note.ts";
import { parseSize } from "./size.ts";

/** The state of the global tree that a checkpoint signs. */
export type Checkpoint = { deployment: string; epoch: number; size: number; root: Uint8Array };

const invalid = (why: string): DomainError =>
  new DomainError("CHECKPOINT_INVALID", `The checkpoint is not valid: ${why}.`);

/** Which log this is, and the name of the key that signs it: an epoch ends where a restore begins another. */
export const originOf = (deployment: string, epoch: number): string => {
  if (!isUuid(deployment) || !Number.isSafeInteger(epoch) || epoch < 1)
    throw invalid("bad deployment or epoch");
  return `keyfold/${deployment}/e${epoch}`;
};

export const parseOrigin = (origin: string): { deployment: string; epoch: number } => {
  const [, deployment = "", digits = ""] = /^keyfold\/([^/]*)\/e([0-9]+)$/.exec(origin) ?? [];
  const epoch = parseSize(digits) ?? 0;
  if (!isUuid(deployment) || epoch < 1) throw invalid("the origin is not a Keyfold log");
  return { deployment, epoch };
};

/** C2SP tlog-checkpoint, Note text: origin, size, root. */
export const checkpointText = ({ deployment, epoch, size, root }: Checkpoint): string => {
  if (!Number.isSafeInteger(size) || size < 0 || root.length !== HASH_BYTES)
    throw invalid("bad size or root");
  return `${originOf(deployment, epoch)}\n${size}\n${toBase64(root)}\n`;
};

/** C2SP tlog-checkpoint, Note text. Extension lines are allowed there and refused here: nothing of ours writes them. */
export const parseCheckpoint = (text: string): Checkpoint => {
  const lines = text.split("\n");
  if (lines.length !== 4 || lines[3] !== "") throw invalid("it is not three lines");
  const [origin = "", digits = "", base64 = ""] = lines;
  const size = parseSize(digits);
  const root = fromBase64(base64);
  if (size === null || root === null || root.length !== HASH_BYTES) throw invalid("bad size or root");
  return { ...parseOrigin(origin), size, root };
};

/**
 * The signed note of a checkpoint. One seed, or two where the signing key changes: the first checkpoint after
 * `log.key_rotated` carries the old key's signature and the new one's.
 */
export const signCheckpoint = (checkpoint: Checkpoint, seeds: readonly Uint8Array[]): string => {
  const name = originOf(checkpoint.deployment, checkpoint.epoch);
  return signNote(
    checkpointText(checkpoint),
    seeds.map((seed) => ({ name, seed })),
  );
};

/** The checkpoint in a note, before anything is verified. */
export const readCheckpoint = (note: string): Checkpoint => parseCheckpoint(parseNote(note).text);

/**
 * The checkpoint in a note that at least one of these public keys signed under the name of its origin, and which did;
 * `CHECKPOINT_INVALID` otherwise. Whether the root is that of the log is for the caller to compare.
 */
export const verifyCheckpoint = (
  note: string,
  publicKeys: readonly Uint8Array[],
  verify?: Ed25519Verify,
): { checkpoint: Checkpoint; signedBy: readonly Uint8Array[] } => {
  const checkpoint = readCheckpoint(note);
  const name = originOf(checkpoint.deployment, checkpoint.epoch);
  const { signers } = verifyNote(
    note,
    publicKeys.map((publicKey) => noteKey(name, publicKey)),
    verify,
  );
  return { checkpoint, signedBy: signers.map((key) => key.publicKey) };
};
