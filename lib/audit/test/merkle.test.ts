import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyRoot, equalBytes, leafHash, nodeHash } from "../leaf.ts";
import {
  appendLeaf,
  type CompactRange,
  decodeRange,
  emptyRange,
  encodeRange,
  rangeRoot,
  rootOf,
} from "../merkle.ts";
import {
  consistencyProof,
  inclusionProof,
  type NodeReader,
  readerOf,
  verifyConsistency,
  verifyInclusion,
} from "../proof.ts";

/** The eight leaves, roots and proofs of the Certificate Transparency reference tests. */
const LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];
const ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const known = LEAVES.map((hex) => leafHash(hexToBytes(hex)));

const hashesOf = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => leafHash(new TextEncoder().encode(`leaf ${i}`)));

/** RFC 6962 section 2.1, word for word. */
const recursiveRoot = (hashes: readonly Uint8Array[]): Uint8Array => {
  if (hashes.length === 0) return emptyRoot();
  if (hashes.length === 1) return hashes[0] as Uint8Array;
  let k = 1;
  while (k * 2 < hashes.length) k *= 2;
  return nodeHash(recursiveRoot(hashes.slice(0, k)), recursiveRoot(hashes.slice(k)));
};

const flip = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.map((byte, i) => (i === Math.floor(bit / 8) % bytes.length ? byte ^ (1 << (bit % 8)) : byte));

describe("known trees", () => {
  test("the empty tree", () => {
    expect(bytesToHex(rangeRoot(emptyRange()))).toBe(
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
  });

  test("the eight roots", () => {
    expect(LEAVES.map((_, i) => bytesToHex(rootOf(known.slice(0, i + 1))))).toEqual(ROOTS);
  });

  test.each([
    [0, 1, []],
    [
      0,
      8,
      [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
      ],
    ],
    [
      5,
      8,
      [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      ],
    ],
    [2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]],
    [
      1,
      5,
      [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      ],
    ],
  ])("the inclusion proof of leaf %i in a tree of %i", async (index, size, proof) => {
    expect((await inclusionProof(readerOf(known), index, size)).map(bytesToHex)).toEqual(proof);
  });

  test.each([
    [1, 1, []],
    [
      1,
      8,
      [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
      ],
    ],
    [
      6,
      8,
      [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      ],
    ],
    [
      2,
      5,
      [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      ],
    ],
  ])("the consistency proof from %i to %i", async (size1, size2, proof) => {
    expect((await consistencyProof(readerOf(known), size1, size2)).map(bytesToHex)).toEqual(proof);
  });
});

describe("a compact range", () => {
  test("has the root of the recursive definition at every size, and survives being stored", () => {
    const hashes = hashesOf(300);
    let range: CompactRange = emptyRange();
    for (const [i, hash] of hashes.entries()) {
      range = appendLeaf(decodeRange(range.size, encodeRange(range)), hash);
      expect(equalBytes(rangeRoot(range), recursiveRoot(hashes.slice(0, i + 1)))).toBe(true);
    }
  });

  test("appending leaves the given range as it was", () => {
    const three = hashesOf(3).reduce(appendLeaf, emptyRange());
    const root = rangeRoot(three);
    appendLeaf(three, leafHash(new Uint8Array()));
    expect(three.size).toBe(3);
    expect(rangeRoot(three)).toEqual(root);
  });

  test("goes past 2^32 leaves", () => {
    const size = 2 ** 40 - 1;
    const range = decodeRange(size, new Uint8Array(40 * 32));
    const next = appendLeaf(range, new Uint8Array(32));
    expect([next.size, next.hashes.length]).toEqual([2 ** 40, 1]);
  });

  test.each([
    ["one hash too few", 3, 32],
    ["one too many", 4, 64],
    ["half a hash", 1, 31],
    ["a negative size", -1, 0],
    ["a fraction", 1.5, 32],
    ["past the safe integers", 2 ** 53, 32],
  ])("refuses %s", (_, size, length) => {
    expect(() => decodeRange(size, new Uint8Array(length))).toThrow(
      expect.objectContaining({ code: "AUDIT_TREE_BROKEN" }),
    );
  });

  test("refuses a leaf hash that is not 32 bytes, and a range without its hashes", () => {
    expect(() => appendLeaf(emptyRange(), new Uint8Array(31))).toThrow(/32 bytes/);
    expect(() => appendLeaf({ size: 1, hashes: [] }, new Uint8Array(32))).toThrow(/too few/);
  });
});

describe("proofs", () => {
  const hashes = hashesOf(64);
  const read = readerOf(hashes);
  const roots = hashes.map((_, i) => recursiveRoot(hashes.slice(0, i + 1)));
  const rootAt = (size: number): Uint8Array => roots[size - 1] as Uint8Array;

  test("every inclusion up to 64 leaves verifies, and only for its own leaf, index and root", async () => {
    for (let size = 1; size <= 64; size++) {
      for (let index = 0; index < size; index++) {
        const leaf = hashes[index] as Uint8Array;
        const claim = {
          leaf,
          index,
          size,
          root: rootAt(size),
          proof: await inclusionProof(read, index, size),
        };
        expect(verifyInclusion(claim)).toBe(true);
        const other = (index + 1) % size;
        if (size > 1) {
          expect(verifyInclusion({ ...claim, index: other })).toBe(false);
          expect(verifyInclusion({ ...claim, leaf: hashes[other] as Uint8Array })).toBe(false);
          expect(verifyInclusion({ ...claim, proof: claim.proof.slice(1) })).toBe(false);
        }
        expect(verifyInclusion({ ...claim, proof: [...claim.proof, leaf] })).toBe(false);
      }
    }
  });

  test("every consistency up to 64 leaves verifies, and no shortened or prolonged proof does", async () => {
    for (let size2 = 1; size2 <= 64; size2++) {
      for (let size1 = 1; size1 <= size2; size1++) {
        const proof = await consistencyProof(read, size1, size2);
        const claim = { size1, root1: rootAt(size1), size2, root2: rootAt(size2), proof };
        expect(verifyConsistency(claim)).toBe(true);
        expect(verifyConsistency({ ...claim, proof: [...proof, rootAt(1)] })).toBe(false);
        if (size1 < size2) {
          expect(verifyConsistency({ ...claim, proof: proof.slice(0, -1) })).toBe(false);
          expect(verifyConsistency({ ...claim, root1: rootAt(size2) })).toBe(false);
          expect(verifyConsistency({ ...claim, root2: rootAt(size1) })).toBe(false);
        }
      }
    }
  });

  test("no flipped bit of an inclusion verifies", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 64 }),
        fc.nat(),
        fc.nat(),
        fc.nat(),
        async (size, a, b, bit) => {
          const index = a % size;
          const leaf = hashes[index] as Uint8Array;
          const proof = await inclusionProof(read, index, size);
          const parts = [leaf, rootAt(size), ...proof];
          const [badLeaf = leaf, badRoot = leaf, ...badProof] = parts.map((part, i) =>
            i === b % parts.length ? flip(part, bit % 256) : part,
          );
          expect(verifyInclusion({ leaf: badLeaf, index, size, root: badRoot, proof: badProof })).toBe(false);
        },
      ),
    );
  });

  test("no flipped bit of a consistency verifies", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 64 }),
        fc.nat(),
        fc.nat(),
        fc.nat(),
        async (size2, a, b, bit) => {
          const size1 = 1 + (a % size2);
          const proof = await consistencyProof(read, size1, size2);
          const parts = [rootAt(size1), rootAt(size2), ...proof];
          const [root1 = rootAt(1), root2 = rootAt(1), ...badProof] = parts.map((part, i) =>
            i === b % parts.length ? flip(part, bit % 256) : part,
          );
          expect(verifyConsistency({ size1, root1, size2, root2, proof: badProof })).toBe(false);
        },
      ),
    );
  });

  test("only complete nodes are asked of the reader", async () => {
    const sizes = [1, 2, 3, 37, 63, 64];
    for (const size of sizes) {
      const strict: NodeReader = (level, index) => {
        expect((index + 1) * 2 ** level).toBeLessThanOrEqual(size);
        return read(level, index);
      };
      await inclusionProof(strict, size - 1, size);
      await consistencyProof(strict, Math.ceil(size / 2), size);
    }
  });

  test("what proves nothing is refused", async () => {
    const root = rootAt(4);
    const empty = { size1: 0, root1: emptyRoot(), size2: 4, root2: root, proof: [] };
    expect(verifyConsistency(empty)).toBe(false);
    expect(verifyConsistency({ ...empty, size2: 0, root2: emptyRoot() })).toBe(false);
    expect(verifyConsistency({ size1: 4, root1: root, size2: 3, root2: root, proof: [] })).toBe(false);
    expect(
      verifyConsistency({ size1: 4, root1: root.slice(1), size2: 4, root2: root.slice(1), proof: [] }),
    ).toBe(false);
    expect(verifyConsistency({ size1: 1.5, root1: root, size2: 4, root2: root, proof: [root] })).toBe(false);
    expect(verifyInclusion({ leaf: root, index: 0, size: 0, root, proof: [] })).toBe(false);
    expect(verifyInclusion({ leaf: root.slice(1), index: 0, size: 1, root: root.slice(1), proof: [] })).toBe(
      false,
    );
    await expect(consistencyProof(read, 0, 4)).rejects.toMatchObject({ code: "AUDIT_TREE_BROKEN" });
    await expect(consistencyProof(read, 5, 4)).rejects.toMatchObject({ code: "AUDIT_TREE_BROKEN" });
    await expect(inclusionProof(read, 4, 4)).rejects.toMatchObject({ code: "AUDIT_TREE_BROKEN" });
  });
});
