import { createSecretKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { codeOf, flipBit, fromHex, toHex } from "#lib/crypto/test/code-of.ts";
import vectors from "#lib/crypto/vectors/local-kms.json" with { type: "json" };
import { openCmkFile, parseCmkFile, writeCmkFile } from "../cmk-file.ts";
import { openLocalBlob, parseLocalBlob, writeLocalBlob } from "../local-blob.ts";
import { parseRootKey } from "../root-key.ts";

const keyOf = (hex: string) => createSecretKey(fromHex(hex));
const idOf = (vector: { cmk_id: string; cmk_version: number }) => ({
  cmkId: vector.cmk_id,
  version: vector.cmk_version,
});

describe("KFC1, the file of a CMK version", () => {
  it.each(vectors.cmk_file.positive)("is written and opens: $name", (vector) => {
    const root = parseRootKey(vector.root);
    expect(toHex(root.id)).toBe(vector.root_id);
    expect(toHex(writeCmkFile(root, idOf(vector), keyOf(vector.cmk), fromHex(vector.nonce)))).toBe(
      vector.file,
    );
    expect(parseCmkFile(fromHex(vector.file))).toMatchObject(idOf(vector));
    expect(toHex(openCmkFile([root], idOf(vector), fromHex(vector.file)).export())).toBe(vector.cmk);
  });

  it.each(vectors.cmk_file.negative)("is refused with $error: $name", (vector) => {
    const open = () => openCmkFile([parseRootKey(vector.root)], idOf(vector), fromHex(vector.file));
    expect(codeOf(open)).toBe(vector.error);
  });

  it.each(vectors.cmk_file.positive)("is refused with any one bit changed: $name", (vector) => {
    const file = fromHex(vector.file);
    for (let bit = 0; bit < file.length * 8; bit++) {
      const code = codeOf(() => openCmkFile([parseRootKey(vector.root)], idOf(vector), flipBit(file, bit)));
      expect(["KMS_BAD_RESPONSE", "KMS_MISCONFIGURED"]).toContain(code);
    }
  });
});

describe("KFL1, what the local KMS wraps", () => {
  const open = (vector: { cmk: string; pairs: object; blob: string }) => () => {
    const { cmkId } = parseLocalBlob(fromHex(vector.blob));
    return [cmkId, toHex(openLocalBlob(keyOf(vector.cmk), pairsOf(vector.pairs), fromHex(vector.blob)))];
  };

  it.each(vectors.blob.positive)("is written and opens: $name", (vector) => {
    const written = writeLocalBlob(
      keyOf(vector.cmk),
      idOf(vector),
      vector.pairs,
      fromHex(vector.payload),
      fromHex(vector.nonce),
    );
    expect(toHex(written)).toBe(vector.blob);
    expect(parseLocalBlob(written)).toEqual(idOf(vector));
    expect(open(vector)()).toEqual([vector.cmk_id, vector.payload]);
  });

  it.each(vectors.blob.negative)("is refused with $error: $name", (vector) => {
    expect(codeOf(open(vector))).toBe(vector.error);
  });
});

const pairsOf = (pairs: object) => pairs as Record<string, string>;
