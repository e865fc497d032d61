import { DomainError } from "#lib/domain/errors.ts";
import { emptyRoot, HASH_BYTES, nodeHash } from "./leaf.ts";
import { requireSize } from "./size.ts";

/**
 * A compact range [0, size): the roots of the perfect subtrees that the tree of this size is made of, largest first,
 * one for every set bit of `size`. It is all that is needed to append and to know the root (RFC 6962 section 2.1).
 */
export type CompactRange = { readonly size: number; readonly hashes: readonly Uint8Array[] };

export const emptyRange = (): CompactRange => ({ size: 0, hashes: [] });

const setBits = (size: number): number => {
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
};

const requireHash = (hash: Uint8Array): Uint8Array => {
  if (hash.length !== HASH_BYTES) throw new DomainError("AUDIT_TREE_BROKEN", "A tree hash is not 32 bytes.");
  return hash;
};

/** The range with one more leaf; the given one is left as it was. */
export const appendLeaf = (range: CompactRange, leaf: Uint8Array): CompactRange => {
  const size = requireSize(range.size + 1);
  const hashes = range.hashes.slice();
  let node = requireHash(leaf);
  // Every trailing one of the old size is a perfect subtree that the new leaf completes to one of twice its size.
  for (let rest = range.size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
    const left = hashes.pop();
    if (left === undefined) throw new DomainError("AUDIT_TREE_BROKEN", "A compact range has too few hashes.");
    node = nodeHash(left, node);
  }
  hashes.push(node);
  return { size, hashes };
};

/** The root of the tree of this size (RFC 6962 section 2.1). */
export const rangeRoot = (range: CompactRange): Uint8Array => {
  const last = range.hashes.at(-1);
  if (last === undefined) return emptyRoot();
  return range.hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
};

/** The hashes one after the other; the size is kept beside them. */
export const encodeRange = (range: CompactRange): Uint8Array => {
  const bytes = new Uint8Array(range.hashes.length * HASH_BYTES);
  range.hashes.forEach((hash, i) => {
    bytes.set(requireHash(hash), i * HASH_BYTES);
  });
  return bytes;
};

/** The range of this size, or `AUDIT_TREE_BROKEN` when the bytes are not one hash for every set bit of it. */
export const decodeRange = (size: number, bytes: Uint8Array): CompactRange => {
  const count = setBits(requireSize(size));
  if (bytes.length !== count * HASH_BYTES) {
    throw new DomainError("AUDIT_TREE_BROKEN", "A compact range does not fit its size.");
  }
  const hashes = Array.from({ length: count }, (_, i) => bytes.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES));
  return { size, hashes };
};

/** The root over these leaf hashes (RFC 6962 section 2.1). */
export const rootOf = (leafHashes: Iterable<Uint8Array>): Uint8Array => {
  let range = emptyRange();
  for (const leaf of leafHashes) range = appendLeaf(range, leaf);
  return rangeRoot(range);
};
