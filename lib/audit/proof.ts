import { DomainError } from "#lib/domain/errors.ts";
import { equalBytes, HASH_BYTES, nodeHash } from "./leaf.ts";
import { requireSize } from "./size.ts";

/**
 * Reads the root of the perfect subtree of 2^level leaves that starts at leaf index × 2^level.
 * Only nodes whose leaves are all below the tree's size are asked for.
 */
export type NodeReader = (level: number, index: number) => Uint8Array | Promise<Uint8Array>;

/** The largest power of two smaller than n (RFC 6962 section 2.1: k). */
const splitOf = (n: number): number => {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
};

const subtreeRoot = async (read: NodeReader, start: number, end: number): Promise<Uint8Array> => {
  const size = end - start;
  const level = Math.round(Math.log2(size));
  if (2 ** level === size) return read(level, start / size);
  const middle = start + splitOf(size);
  return nodeHash(await subtreeRoot(read, start, middle), await subtreeRoot(read, middle, end));
};

/** A reader over leaf hashes in memory. */
export const readerOf = (leafHashes: readonly Uint8Array[]): NodeReader => {
  const levels: Uint8Array[][] = [[...leafHashes]];
  for (let below = levels[0] ?? []; below.length > 1; ) {
    const above: Uint8Array[] = [];
    for (let i = 0; i + 1 < below.length; i += 2) {
      above.push(nodeHash(below[i] as Uint8Array, below[i + 1] as Uint8Array));
    }
    levels.push(above);
    below = above;
  }
  return (level, index) => {
    const hash = levels[level]?.[index];
    if (hash === undefined) throw new DomainError("AUDIT_TREE_BROKEN", "A tree node is missing.");
    return hash;
  };
};

/** RFC 6962 section 2.1.1, PATH(m, D[n]): the proof that leaf `index` is in the tree of `size`. */
export const inclusionProof = async (
  read: NodeReader,
  index: number,
  size: number,
): Promise<Uint8Array[]> => {
  requireSize(size);
  if (requireSize(index, "index") >= size) {
    throw new DomainError("AUDIT_TREE_BROKEN", "There is no leaf of this index in a tree of this size.");
  }
  const path = async (m: number, start: number, end: number): Promise<Uint8Array[]> => {
    if (end - start === 1) return [];
    const k = splitOf(end - start);
    const middle = start + k;
    return m < k
      ? [...(await path(m, start, middle)), await subtreeRoot(read, middle, end)]
      : [...(await path(m - k, middle, end)), await subtreeRoot(read, start, middle)];
  };
  return path(index, 0, size);
};

/** RFC 6962 section 2.1.2, PROOF(m, D[n]): the proof that the tree of `size1` is the start of the tree of `size2`. */
export const consistencyProof = async (
  read: NodeReader,
  size1: number,
  size2: number,
): Promise<Uint8Array[]> => {
  if (requireSize(size1) === 0 || requireSize(size2) < size1) {
    throw new DomainError("AUDIT_TREE_BROKEN", "A consistency proof needs 0 < size1 <= size2.");
  }
  const subproof = async (m: number, start: number, end: number, whole: boolean): Promise<Uint8Array[]> => {
    if (m === end - start) return whole ? [] : [await subtreeRoot(read, start, end)];
    const k = splitOf(end - start);
    const middle = start + k;
    return m <= k
      ? [...(await subproof(m, start, middle, whole)), await subtreeRoot(read, middle, end)]
      : [...(await subproof(m - k, middle, end, false)), await subtreeRoot(read, start, middle)];
  };
  return subproof(size1, 0, size2, true);
};

const isOdd = (n: number): boolean => n % 2 === 1;
const half = (n: number): number => Math.floor(n / 2);
const isSize = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;
const areHashes = (hashes: readonly Uint8Array[]): boolean =>
  hashes.every((hash) => hash.length === HASH_BYTES);

export type InclusionClaim = {
  leaf: Uint8Array;
  index: number;
  size: number;
  root: Uint8Array;
  proof: readonly Uint8Array[];
};

/** RFC 9162 section 2.1.3.2 (the algorithm for RFC 6962 section 2.1.1). False for anything malformed. */
export const verifyInclusion = ({ leaf, index, size, root, proof }: InclusionClaim): boolean => {
  if (!isSize(index) || !isSize(size) || index >= size || !areHashes([leaf, root, ...proof])) return false;
  let fn = index;
  let sn = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && equalBytes(hash, root);
};

export type ConsistencyClaim = {
  size1: number;
  root1: Uint8Array;
  size2: number;
  root2: Uint8Array;
  proof: readonly Uint8Array[];
};

/**
 * RFC 9162 section 2.1.4.2 (the algorithm for RFC 6962 section 2.1.2). False for anything malformed, and for
 * `size1 = 0`: every tree is consistent with the empty one, so such a proof says nothing.
 */
export const verifyConsistency = ({ size1, root1, size2, root2, proof }: ConsistencyClaim): boolean => {
  if (!isSize(size1) || !isSize(size2) || size1 === 0 || size1 > size2) return false;
  if (!areHashes([root1, root2, ...proof])) return false;
  if (size1 === size2) return proof.length === 0 && equalBytes(root1, root2);
  if (proof.length === 0) return false;
  let fn = size1 - 1;
  let sn = size2 - 1;
  while (isOdd(fn)) [fn, sn] = [half(fn), half(sn)];
  // fn is 0 now exactly when size1 is a power of two: then its root is the first node and the proof leaves it out.
  const path = fn === 0 ? [root1, ...proof] : proof;
  let hash1 = path[0] as Uint8Array;
  let hash2 = hash1;
  for (const sibling of path.slice(1)) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      hash1 = nodeHash(sibling, hash1);
      hash2 = nodeHash(sibling, hash2);
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      hash2 = nodeHash(hash2, sibling);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && equalBytes(hash1, root1) && equalBytes(hash2, root2);
};
