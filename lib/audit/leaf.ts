import { sha256 } from "@noble/hashes/sha2.js";

export const HASH_BYTES = 32;

/** RFC 6962 section 2.1: the hash of a leaf is SHA-256(00 ‖ entry), over the stored bytes and never over a re-serialisation. */
export const leafHash = (entry: Uint8Array): Uint8Array => {
  const input = new Uint8Array(1 + entry.length);
  input.set(entry, 1);
  return sha256(input);
};

/** RFC 6962 section 2.1: an inner node is SHA-256(01 ‖ left ‖ right), so that no node can pass for a leaf. */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => {
  const input = new Uint8Array(1 + left.length + right.length);
  input[0] = 1;
  input.set(left, 1);
  input.set(right, 1 + left.length);
  return sha256(input);
};

/** RFC 6962 section 2.1: the root of the empty tree is SHA-256(""). */
export const emptyRoot = (): Uint8Array => sha256(new Uint8Array());

/** Equality of public values; not for secrets. */
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};
