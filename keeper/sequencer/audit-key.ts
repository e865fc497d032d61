import { findAuditKey, insertAuditKey } from "#db/queries/sequencer-checkpoints.ts";
import type { AuditKeyRow } from "#db/queries/sequencer-checkpoints.ts";
import { lockLogs } from "#db/queries/sequencer-queue.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { originOf } from "#lib/audit/checkpoint.ts";
import { formatVkey, noteKey, publicKeyOf } from "#lib/audit/note.ts";
import { takeRandom } from "#lib/crypto/random.ts";
import type { SealBinding } from "#lib/crypto/seal.ts";
import { openSealed, sealBytes } from "#lib/crypto/seal.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { Keeper } from "../keeper.ts";
import { keeperMeta } from "../keeper.ts";
import { EPOCH } from "./epoch.ts";
import { SigningRefused } from "./refusal.ts";

const SEED_BYTES = 32;

/** The key that signs checkpoints: it exists in the sequencer's memory and, sealed, in one row. */
export type AuditKey = { vkey: string; publicKey: Uint8Array; seed: Uint8Array };

const bindingOf = (keeper: Pick<Keeper, "deploymentId">): SealBinding => ({
  table: "audit_key",
  column: "sealed_seed",
  id: String(EPOCH),
  tenant: keeper.deploymentId,
});

const open = (keeper: Keeper, row: AuditKeyRow): AuditKey => {
  let seed: Uint8Array;
  try {
    seed = openSealed(keeper.keyring, bindingOf(keeper), row.sealedSeed);
  } catch (cause) {
    throw new SigningRefused("key_unreadable", { cause });
  }
  const publicKey = publicKeyOf(seed);
  const vkey = formatVkey(noteKey(originOf(keeper.deploymentId, EPOCH), publicKey));
  if (vkey !== row.vkey) throw new SigningRefused("key_mismatch");
  return { vkey, publicKey, seed };
};

const create = async (keeper: Keeper, tx: OperatorTx): Promise<AuditKeyRow> => {
  const seed = takeRandom(SEED_BYTES);
  const origin = originOf(keeper.deploymentId, EPOCH);
  const vkey = formatVkey(noteKey(origin, publicKeyOf(seed)));
  const row = { vkey, sealedSeed: sealBytes(keeper.keyring, bindingOf(keeper), seed) };
  seed.fill(0);
  await insertAuditKey(tx, { epoch: EPOCH, ...row });
  const event = {
    action: "log.key_created" as const,
    target: { type: "log" as const, id: origin },
    detail: { new: vkey },
  };
  await writeEvents(tx, keeperMeta(keeper, `start_${keeper.id}`), [event]);
  return row;
};

/**
 * Opens the key that signs checkpoints; the deployment's first sequencer makes it.
 *
 * @param known the verifier key that stands beside the anchor, if one does: the key is held against it
 * @param isAnchored whether something was signed before: then no key is made in the place of one that is gone
 * @throws SigningRefused
 */
export const loadAuditKey = async (
  keeper: Keeper,
  known: string | null,
  isAnchored: boolean,
): Promise<AuditKey> => {
  const row = await withOperator(keeper.sequencerDb, async (tx) => {
    const found = await findAuditKey(tx, EPOCH);
    if (found || known !== null || isAnchored) return found;
    await lockLogs(tx);
    return (await findAuditKey(tx, EPOCH)) ?? (await create(keeper, tx));
  });
  if (!row) throw new SigningRefused("key_missing");
  const key = open(keeper, row);
  if (known !== null && known !== key.vkey) throw new SigningRefused("key_mismatch");
  return key;
};
