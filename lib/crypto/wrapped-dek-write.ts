import { NONCE_BYTES } from "./aead.ts";
import type { Dek } from "./dek.ts";
import type { Kek } from "./kek.ts";
import { primitives } from "./primitives.ts";
import { withKeyBytes } from "./secret-key.ts";
import {
  NONCE_AT,
  WRAPPED_AT,
  WRAPPED_DEK_BYTES,
  type WrapBinding,
  wrappedDekAad,
  writeWrappedDekHeader,
} from "./wrapped-dek-format.ts";

/** Wraps a DEK under a nonce that is given. Only for vectors; a nonce used twice under one KEK breaks the encryption. */
export const writeWrappedDek = (kek: Kek, dek: Dek, binding: WrapBinding, nonce: Uint8Array): Buffer => {
  if (nonce.length !== NONCE_BYTES) throw new RangeError("A nonce has 12 bytes.");
  const wrapped = Buffer.allocUnsafe(WRAPPED_DEK_BYTES);
  writeWrappedDekHeader(wrapped, dek, kek);
  wrapped.set(nonce, NONCE_AT);
  const aad = wrappedDekAad(wrapped, binding);
  withKeyBytes(dek.key, (bytes) => primitives().seal(kek.key, nonce, aad, bytes, wrapped, WRAPPED_AT));
  return wrapped;
};
