import { decryptFailed } from "#lib/domain/errors.ts";
import { gcmOpen, NONCE_BYTES } from "./aead.ts";
import type { Keyring } from "./keyring.ts";
import { takeRandom } from "./random.ts";
import { encodeSealAad, parseSealed, type SealBinding } from "./seal-format.ts";
import { writeSealed } from "./seal-write.ts";

/** Seals a secret of the keepers for one cell of the database. */
export const sealBytes = (keyring: Keyring, binding: SealBinding, plaintext: Uint8Array): Buffer =>
  writeSealed(keyring, binding, plaintext, takeRandom(NONCE_BYTES));

/**
 * Opens a sealed secret; the caller wipes the answer.
 *
 * @throws `ENVELOPE_MALFORMED` and `ENVELOPE_UNSUPPORTED` before the key is used, `DECRYPT_FAILED` from there on,
 * also when it was sealed under another generation.
 */
export const openSealed = (keyring: Keyring, binding: SealBinding, bytes: Uint8Array): Buffer => {
  const sealed = parseSealed(bytes);
  const aad = encodeSealAad(bytes, binding);
  if (sealed.generation !== keyring.generation) throw decryptFailed("generation");
  const plaintext = gcmOpen(keyring.seal, sealed.nonce, aad, sealed.ciphertext);
  if (plaintext === null) throw decryptFailed("sealed_tag");
  return plaintext;
};

export { parseSealed, type SealBinding } from "./seal-format.ts";
