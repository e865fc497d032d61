import { decryptFailed } from "#lib/domain/errors.ts";
import { NONCE_BYTES } from "./aead.ts";
import { Dek } from "./dek.ts";
import type { Kek } from "./kek.ts";
import { primitives } from "./primitives.ts";
import { takeRandom } from "./random.ts";
import { KEY_BYTES, secretKeyOf } from "./secret-key.ts";
import {
  checkWrappedDek,
  DEK_ID_AT,
  KEY_ID_AT,
  NONCE_AT,
  namesKek,
  WRAPPED_AT,
  type WrapBinding,
  wrappedDekAad,
} from "./wrapped-dek-format.ts";
import { writeWrappedDek } from "./wrapped-dek-write.ts";

/**
 * Wraps a DEK into a KFW1 blob. The caller counts wraps: a KEK version takes at most 2^31, because nonces are random.
 *
 * @throws `INVALID_INPUT` for a binding that cannot be encoded.
 */
export const wrapDek = (kek: Kek, dek: Dek, binding: WrapBinding): Buffer =>
  writeWrappedDek(kek, dek, binding, takeRandom(NONCE_BYTES));

/**
 * Unwraps a KFW1 blob under the key version it names.
 *
 * @throws `ENVELOPE_MALFORMED` and `ENVELOPE_UNSUPPORTED` before the key is used, `DECRYPT_FAILED` from there on,
 * also when the blob names another key or version than `kek`.
 */
export const unwrapDek = (kek: Kek, bytes: Uint8Array, binding: WrapBinding): Dek => {
  const wrapped = checkWrappedDek(bytes);
  const aad = wrappedDekAad(wrapped, binding);
  if (!namesKek(wrapped, kek)) throw decryptFailed("key_version");
  const nonce = wrapped.subarray(NONCE_AT, WRAPPED_AT);
  const ciphertext = wrapped.subarray(WRAPPED_AT, WRAPPED_AT + KEY_BYTES);
  const dek = primitives().open(kek.key, nonce, aad, ciphertext, wrapped.subarray(WRAPPED_AT + KEY_BYTES));
  if (dek === null) throw decryptFailed("wrapped_dek_tag");
  return new Dek(Buffer.from(wrapped.subarray(DEK_ID_AT, KEY_ID_AT)), secretKeyOf(dek));
};

export {
  parseWrappedDek,
  WRAPPED_DEK_BYTES,
  type WrapBinding,
  type WrappedDek,
} from "./wrapped-dek-format.ts";
