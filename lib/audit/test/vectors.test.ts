import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DomainError } from "#lib/domain/errors.ts";
import { type Checkpoint, originOf, signCheckpoint, verifyCheckpoint } from "../checkpoint.ts";
import { readEntry } from "../entry.ts";
import { headLeaf, isHeadLeaf, parseHeadLeaf } from "../head-leaf.ts";
import { leafHash } from "../leaf.ts";
import { rootOf } from "../merkle.ts";
import { formatVkey, noteKey, parseVkey, publicKeyOf } from "../note.ts";

type Refused = { name: string; text: string; error: string };
type Signed = { name: string; vkey: string; note: string };
type Vectors = {
  entries: {
    positive: { name: string; tenant: string | null; text: string; leaf: string }[];
    negative: Refused[];
  };
  trees: { name: string; leaves: string[]; root: string }[];
  heads: {
    positive: { name: string; tenant: string; size: number; root: string; text: string; leaf: string }[];
    negative: Refused[];
  };
  checkpoints: {
    positive: (Signed &
      Omit<Checkpoint, "root"> & { seed: string; public_key: string; key_id: string; root: string })[];
    negative: (Signed & { error: string })[];
  };
  exports: { name: string; line: string; leaf_index: number | null; log: string; entry: string }[];
};
const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const vectors: Vectors = JSON.parse(read("../../crypto/vectors/audit.json"));
const document = read("../../../docs/formats.md");

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const fromHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const isRefused = (call: () => unknown): boolean => {
  try {
    call();
    return false;
  } catch (error) {
    return error instanceof DomainError;
  }
};

describe("vectors of entries", () => {
  test.each(vectors.entries.positive)("$name", ({ text, leaf, tenant }) => {
    expect(readEntry(bytesOf(text)).tenant).toBe(tenant);
    expect(toHex(leafHash(bytesOf(text)))).toBe(leaf);
  });

  test.each(vectors.entries.negative)("refused: $name", ({ text }) => {
    expect(isRefused(() => readEntry(bytesOf(text)))).toBe(true);
  });
});

describe("vectors of trees and heads", () => {
  test.each(vectors.trees)("$name", ({ leaves, root }) => {
    expect(toHex(rootOf(leaves.map(fromHex)))).toBe(root);
  });

  test.each(vectors.heads.positive)("$name", ({ tenant, size, root, text, leaf }) => {
    const head = { tenant, size, root: fromHex(root) };
    expect(new TextDecoder().decode(headLeaf(head))).toBe(text);
    expect(parseHeadLeaf(bytesOf(text))).toEqual(head);
    expect(toHex(leafHash(bytesOf(text)))).toBe(leaf);
  });

  test.each(vectors.heads.negative)("refused: $name", ({ text }) => {
    const bytes = bytesOf(text);
    expect(isRefused(() => (isHeadLeaf(bytes) ? parseHeadLeaf(bytes) : readEntry(bytes)))).toBe(true);
  });
});

describe("vectors of checkpoints", () => {
  test.each(vectors.checkpoints.positive)("$name", (vector) => {
    const { deployment, epoch, size, note, vkey } = vector;
    const publicKey = publicKeyOf(fromHex(vector.seed));
    const key = noteKey(originOf(deployment, epoch), publicKey);
    expect([toHex(publicKey), key.id, formatVkey(key)]).toEqual([vector.public_key, vector.key_id, vkey]);
    const checkpoint = { deployment, epoch, size, root: fromHex(vector.root) };
    expect(verifyCheckpoint(note, [parseVkey(vkey).publicKey])).toEqual({
      checkpoint,
      signedBy: [publicKey],
    });
    const own = signCheckpoint(checkpoint, [fromHex(vector.seed)]).split("\n\n")[1] ?? "";
    expect(note).toContain(own);
  });

  test.each(vectors.checkpoints.negative)("refused: $name", ({ note, vkey, error }) => {
    expect(error).toBe("CHECKPOINT_INVALID");
    expect(isRefused(() => verifyCheckpoint(note, [parseVkey(vkey).publicKey]))).toBe(true);
  });
});

test("docs/formats.md shows the log of the vectors as it is", () => {
  const [first, second, key] = vectors.entries.positive;
  const [head] = vectors.heads.positive;
  const [checkpoint] = vectors.checkpoints.positive;
  const two = vectors.trees.filter(({ leaves }) => leaves.length === 2);
  const texts = [first?.text, second?.text, key?.text, head?.text, checkpoint?.note, checkpoint?.vkey];
  const hashes = [first?.leaf, second?.leaf, key?.leaf, head?.leaf, ...two.map(({ root }) => root)];
  const shown = [...texts, ...hashes, checkpoint?.seed, checkpoint?.key_id, vectors.exports[0]?.line];
  expect(shown.filter((text) => !text || !document.includes(text))).toEqual([]);
});
