import { gcmSeal, NONCE_BYTES, TAG_BYTES } from "./aead.ts";
import type { Keyring } from "./keyring.ts";
import { encodeSealAad, SEAL_NONCE_AT, SEALED_AT, type SealBinding, writeSealHeader } from "./seal-format.ts";

/** Seals under a nonce that is given. Only for vectors; a nonce used twice under one key breaks the encryption. */
export const writeSealed = (
  keyring: Keyring,
  binding: SealBinding,
  plaintext: Uint8Array,
  nonce: Uint8Array,
): Buffer => {
  if (nonce.length !== NONCE_BYTES) throw new RangeError("A nonce has 12 bytes.");
  const sealed = Buffer.allocUnsafeSlow(SEALED_AT + plaintext.length + TAG_BYTES);
  writeSealHeader(sealed, keyring.generation);
  sealed.set(nonce, SEAL_NONCE_AT);
  gcmSeal(keyring.seal, nonce, encodeSealAad(sealed, binding), plaintext, sealed, SEALED_AT);
  return sealed;
};
