import { findNewestSealingKey, findSealingKey, insertSealingKey } from "#db/queries/sealing-key.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { openSealed, sealBytes } from "#lib/crypto/seal.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { SealedPlace } from "#lib/sealed/sealed-secret.ts";
import { newSealingKey, openSecret, parseSealedSecret } from "#lib/sealed/sealed-secret.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { Keeper } from "../keeper.ts";
import { keeperMeta } from "../keeper.ts";

const YEAR_MS = 365 * 86_400_000;

const cellOf = (keeper: Keeper, id: string) => ({
  table: "sealing_key",
  column: "private_key",
  id,
  tenant: keeper.deploymentId,
});

/** Makes the key that secrets are sealed to where there is none, or the newest is a year old. */
export const ensureSealingKey = async (keeper: Keeper, req: string): Promise<void> => {
  const newest = await withOperator(keeper.db, findNewestSealingKey);
  if (newest && newest.createdAt.getTime() > Date.now() - YEAR_MS) return;
  const { id, publicKey, privateKey } = newSealingKey();
  const sealed = sealBytes(keeper.keyring, cellOf(keeper, id), privateKey);
  privateKey.fill(0);
  const event = {
    action: "keyring.sealing_key_created" as const,
    target: { type: "sealing_key" as const, id },
    detail: { id },
  };
  // Two keepers may do so at once: both keys open what is sealed to them.
  await withOperator(keeper.db, async (tx) => {
    await insertSealingKey(tx, { id, publicKey, privateKey: sealed });
    await writeEvents(tx, keeperMeta(keeper, req), [event]);
  });
};

/** The secret that somebody sealed to the keepers, for the place it was sealed for; the caller wipes it. */
export const unsealSecret = async (
  keeper: Keeper,
  sealed: string,
  place: SealedPlace,
): Promise<Uint8Array> => {
  const parsed = parseSealedSecret(sealed);
  const row = await withOperator(keeper.db, (tx) => findSealingKey(tx, parsed.keyId));
  if (!row)
    throw new DomainError("DECRYPT_FAILED", "The secret was sealed to a key that these keepers do not have.");
  const privateKey = openSealed(keeper.keyring, cellOf(keeper, parsed.keyId), row.privateKey);
  try {
    return await openSecret(privateKey, parsed, place);
  } finally {
    privateKey.fill(0);
  }
};
