import { timingSafeEqual } from "node:crypto";
import { decryptFailed } from "#lib/domain/errors.ts";
import { gcmOpen, gcmSeal, NONCE_BYTES } from "./aead.ts";
import type { Kek } from "./kek.ts";
import { takeRandom } from "./random.ts";
import {
  checkWrappedDek,
  encodeWrapBinding,
  KEY_VERSION_AT,
  NONCE_AT,
  namesKek,
  WRAPPED_AT,
  WRAPPED_DEK_BYTES,
  type WrapBinding,
  wrappedDekAad,
} from "./wrapped-dek-format.ts";

/**
 * A function that moves wrapped DEKs of one key from one version to another: same DEK, new version, nonce and
 * wrapped bytes, nothing else. It opens each new blob again and compares before it returns it.
 * What is the same for the whole batch is done once, here.
 *
 * The function throws as `unwrapDek`.
 */
export const createRewrapper = (
  from: Kek,
  to: Kek,
  binding: WrapBinding,
): ((wrapped: Uint8Array) => Buffer) => {
  if (from.keyId !== to.keyId) throw new TypeError("A rewrap stays within one key.");
  const bindingBytes = encodeWrapBinding(binding);
  return (bytes) => {
    const wrapped = checkWrappedDek(bytes);
    if (!namesKek(wrapped, from)) throw decryptFailed("key_version");
    const dek = open(from, wrapped, bindingBytes);
    if (dek === null) throw decryptFailed("wrapped_dek_tag");
    try {
      const moved = seal(to, wrapped, dek, bindingBytes);
      // A blob that cannot be opened must never replace one that can.
      const check = open(to, moved, bindingBytes);
      const same = check !== null && timingSafeEqual(check, dek);
      check?.fill(0);
      if (!same) throw decryptFailed("rewrap_check");
      return moved;
    } finally {
      dek.fill(0);
    }
  };
};

/** Rewraps one DEK. Batches use `createRewrapper`. */
export const rewrapDek = (from: Kek, to: Kek, wrapped: Uint8Array, binding: WrapBinding): Buffer =>
  createRewrapper(from, to, binding)(wrapped);

const open = (kek: Kek, wrapped: Buffer, binding: Buffer): Buffer | null =>
  gcmOpen(
    kek.key,
    wrapped.subarray(NONCE_AT, WRAPPED_AT),
    wrappedDekAad(wrapped, binding),
    wrapped.subarray(WRAPPED_AT),
  );

const seal = (kek: Kek, old: Buffer, dek: Buffer, binding: Buffer): Buffer => {
  const moved = Buffer.allocUnsafe(WRAPPED_DEK_BYTES);
  old.copy(moved, 0, 0, NONCE_AT);
  moved.writeUInt32BE(kek.version, KEY_VERSION_AT);
  const nonce = takeRandom(NONCE_BYTES);
  moved.set(nonce, NONCE_AT);
  gcmSeal(kek.key, nonce, wrappedDekAad(moved, binding), dek, moved, WRAPPED_AT);
  return moved;
};
