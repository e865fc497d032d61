import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto";

export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
const OPTIONS = { authTagLength: TAG_BYTES };

/** AES-256-GCM: writes ciphertext and tag into `out` at `offset`. */
export const gcmSeal = (
  key: KeyObject,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
  out: Buffer,
  offset: number,
): void => {
  const cipher = createCipheriv("aes-256-gcm", key, nonce, OPTIONS);
  cipher.setAAD(aad);
  cipher.update(plaintext).copy(out, offset);
  cipher.final();
  cipher.getAuthTag().copy(out, offset + plaintext.length);
};

/** AES-256-GCM: the plaintext of `ciphertext ‖ tag`, or null when the tag does not fit. Nothing unauthenticated gets out. */
export const gcmOpen = (
  key: KeyObject,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Buffer | null => {
  const end = sealed.length - TAG_BYTES;
  return gcmOpenParts(key, nonce, aad, sealed.subarray(0, end), sealed.subarray(end));
};

/** `gcmOpen` of a ciphertext and a tag that stand apart. */
export const gcmOpenParts = (
  key: KeyObject,
  nonce: Uint8Array,
  aad: Uint8Array,
  ciphertext: Uint8Array,
  tag: Uint8Array,
): Buffer | null => {
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, OPTIONS);
  decipher.setAAD(aad);
  decipher.setAuthTag(tag);
  const plaintext = decipher.update(ciphertext);
  try {
    decipher.final();
    return plaintext;
  } catch {
    plaintext.fill(0);
    return null;
  }
};

/** AES-256-GCM under one key, for the small messages of a batch. What `open` returns is the caller's until the next call. */
export type Gcm = {
  seal(nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array, out: Buffer, offset: number): void;
  open(nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array): Buffer | null;
  /** Forgets the key. */
  close(): void;
};

/** Makes the AES-256-GCM of a key. */
export type GcmOf = (key: KeyObject) => Gcm;

/** AES-256-GCM of node:crypto: an object for every message, on every platform. */
export const nodeGcm: GcmOf = (key) => ({
  seal: (...message) => gcmSeal(key, ...message),
  open: (...message) => gcmOpenParts(key, ...message),
  close: () => {},
});
