import { timingSafeEqual } from "node:crypto";
import { decryptFailed } from "#lib/domain/errors.ts";
import { type Gcm, type GcmOf, NONCE_BYTES, nodeGcm, TAG_BYTES } from "./aead.ts";
import type { Kek } from "./kek.ts";
import { fillRandom } from "./random.ts";
import { KEY_BYTES } from "./secret-key.ts";
import {
  checkWrappedDek,
  encodeWrapBinding,
  KEY_VERSION_AT,
  NONCE_AT,
  namesKek,
  WRAPPED_AT,
  WRAPPED_DEK_BYTES,
  type WrapBinding,
} from "./wrapped-dek-format.ts";

export type Rewrapper = {
  /** Moves one wrapped DEK; writes into `moved` if it is given, 101 bytes. */
  rewrap(wrapped: Uint8Array, moved?: Buffer): Buffer;
  /** Forgets both keys. */
  close(): void;
};

/**
 * Moves wrapped DEKs of one key from one version to another: same DEK, new version, nonce and wrapped bytes, nothing
 * else. It opens each new blob again and compares before it returns it. What is the same for the whole batch is done
 * once, here.
 *
 * `rewrap` throws as `unwrapDek`.
 */
export const createRewrapper = (
  from: Kek,
  to: Kek,
  binding: WrapBinding,
  gcmOf: GcmOf = nodeGcm,
): Rewrapper => {
  if (from.keyId !== to.keyId) throw new TypeError("A rewrap stays within one key.");
  const parts = partsFor(encodeWrapBinding(binding));
  const source = gcmOf(from.key);
  // Of its own even when both keys are one: each `open` lends its bytes until the next.
  const target = gcmOf(to.key);
  const rewrap = (bytes: Uint8Array, moved: Buffer = Buffer.allocUnsafe(WRAPPED_DEK_BYTES)): Buffer => {
    const wrapped = checkWrappedDek(bytes);
    if (!namesKek(wrapped, from)) throw decryptFailed("key_version");
    const dek = open(source, wrapped, parts);
    if (dek === null) throw decryptFailed("wrapped_dek_tag");
    try {
      seal(target, to.version, dek, parts, moved);
      // A blob that cannot be opened must never replace one that can.
      const check = open(target, moved, parts);
      const same = check !== null && timingSafeEqual(check, dek);
      check?.fill(0);
      if (!same) throw decryptFailed("rewrap_check");
      return moved;
    } finally {
      dek.fill(0);
    }
  };
  return {
    rewrap,
    close: () => {
      source.close();
      target.close();
    },
  };
};

/** Rewraps one DEK. Batches use `createRewrapper`. */
export const rewrapDek = (from: Kek, to: Kek, wrapped: Uint8Array, binding: WrapBinding): Buffer =>
  createRewrapper(from, to, binding).rewrap(wrapped);

/** The parts of the blob at hand, all public, in buffers of their own: a view of each would cost more than its bytes. */
type Parts = { aad: Buffer; nonce: Buffer; ciphertext: Buffer; tag: Buffer };

const partsFor = (binding: Uint8Array): Parts => ({
  aad: Buffer.concat([Buffer.alloc(NONCE_AT), binding]),
  nonce: Buffer.alloc(NONCE_BYTES),
  ciphertext: Buffer.alloc(KEY_BYTES),
  tag: Buffer.alloc(TAG_BYTES),
});

const take = (from: Uint8Array, at: number, to: Uint8Array, length: number): void => {
  for (let i = 0; i < length; i += 1) to[i] = from[at + i] as number;
};

const open = (gcm: Gcm, wrapped: Uint8Array, parts: Parts): Buffer | null => {
  take(wrapped, 0, parts.aad, NONCE_AT);
  take(wrapped, NONCE_AT, parts.nonce, NONCE_BYTES);
  take(wrapped, WRAPPED_AT, parts.ciphertext, KEY_BYTES);
  take(wrapped, WRAPPED_AT + KEY_BYTES, parts.tag, TAG_BYTES);
  return gcm.open(parts.nonce, parts.aad, parts.ciphertext, parts.tag);
};

/** Seals the DEK whose header stands in `parts`. */
const seal = (gcm: Gcm, version: number, dek: Uint8Array, parts: Parts, moved: Buffer): void => {
  parts.aad.writeUInt32BE(version, KEY_VERSION_AT);
  fillRandom(parts.nonce);
  take(parts.aad, 0, moved, NONCE_AT);
  moved.set(parts.nonce, NONCE_AT);
  gcm.seal(parts.nonce, parts.aad, dek, moved, WRAPPED_AT);
};
