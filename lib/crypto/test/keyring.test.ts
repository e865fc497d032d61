import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { grantMac, verifyGrantMac } from "../grant-mac.ts";
import { kekFromBytes } from "../kek.ts";
import { deriveKeyring } from "../keyring.ts";
import { keyVersionPairs, rowMac, verifyRowMac } from "../row-mac.ts";
import { openSealed, sealBytes } from "../seal.ts";
import { parseSealed } from "../seal-format.ts";
import { writeSealed } from "../seal-write.ts";
import { newUuid } from "../uuid.ts";
import vectors from "../vectors/keyring.json" with { type: "json" };
import { codeOf, flipBit, fromHex, toHex } from "./code-of.ts";

const ringOf = (dk: string, generation = 1) =>
  deriveKeyring(kekFromBytes({ keyId: newUuid(), version: generation }, fromHex(dk)));
const pairsOf = (pairs: object) => pairs as Record<string, string>;

describe("the keyring", () => {
  it.each(vectors.keyring)("derives its three keys: $name", (vector) => {
    const ring = ringOf(vector.dk, vector.generation);
    expect(ring.generation).toBe(vector.generation);
    expect(toHex(ring.meta.export())).toBe(vector.k_meta);
    expect(toHex(ring.seal.export())).toBe(vector.k_seal);
    expect(toHex(ring.grant.export())).toBe(vector.k_grant);
  });

  it("cannot be serialised or printed", () => {
    const ring = ringOf("01".repeat(32));
    expect(() => JSON.stringify(ring)).toThrow(TypeError);
    expect(inspect(ring)).toBe("[Keyring generation 1]");
  });
});

describe("the MAC of a key-version row", () => {
  it.each(vectors.row_mac.positive)("comes out: $name", (vector) => {
    const ring = ringOf(vector.dk);
    expect(toHex(rowMac(ring, vector.table, vector.pairs, fromHex(vector.blob)))).toBe(vector.mac);
    expect(verifyRowMac(ring, vector.table, vector.pairs, fromHex(vector.blob), fromHex(vector.mac))).toBe(
      true,
    );
  });

  it.each(vectors.row_mac.negative)("does not fit: $name", (vector) => {
    const pairs = pairsOf(vector.pairs);
    expect(
      verifyRowMac(ringOf(vector.dk), vector.table, pairs, fromHex(vector.blob), fromHex(vector.mac)),
    ).toBe(false);
  });

  it("covers every column of the row", () => {
    const row = {
      tenant: newUuid(),
      key: newUuid(),
      version: 1,
      purpose: "default",
      state: "active",
      cmk: newUuid(),
      cmkVersion: "1",
      current: true,
      rev: 1,
    };
    const ring = ringOf("01".repeat(32));
    const blob = new Uint8Array(132);
    const mac = rowMac(ring, "key_version", keyVersionPairs(row), blob);
    const changes = [
      { tenant: newUuid() },
      { key: newUuid() },
      { version: 2 },
      { purpose: "cards" },
      { state: "destroyed" },
      { cmk: newUuid() },
      { cmkVersion: "2" },
      { current: false },
      { rev: 2 },
    ];
    expect(changes.map((change) => Object.keys(change)[0])).toEqual(Object.keys(row));
    for (const change of changes) {
      expect(verifyRowMac(ring, "key_version", keyVersionPairs({ ...row, ...change }), blob, mac)).toBe(
        false,
      );
    }
  });
});

describe("the MAC of a grant", () => {
  it.each(vectors.grant_mac.positive)("comes out: $name", (vector) => {
    const ring = ringOf(vector.dk);
    const pairs = pairsOf(vector.pairs);
    expect(toHex(grantMac(ring, vector.table, pairs))).toBe(vector.mac);
    expect(verifyGrantMac(ring, vector.table, pairs, fromHex(vector.mac))).toBe(true);
  });

  it.each(vectors.grant_mac.negative)("does not fit: $name", (vector) => {
    expect(verifyGrantMac(ringOf(vector.dk), vector.table, pairsOf(vector.pairs), fromHex(vector.mac))).toBe(
      false,
    );
  });
});

describe("a secret sealed under the keyring", () => {
  it.each(vectors.seal.positive)("is written and opens: $name", (vector) => {
    const ring = ringOf(vector.dk, vector.generation);
    expect(toHex(writeSealed(ring, vector, fromHex(vector.plaintext), fromHex(vector.nonce)))).toBe(
      vector.sealed,
    );
    expect(toHex(openSealed(ring, vector, fromHex(vector.sealed)))).toBe(vector.plaintext);
    expect(parseSealed(fromHex(vector.sealed)).generation).toBe(vector.generation);
  });

  it.each(vectors.seal.negative)("is refused with $error: $name", (vector) => {
    const ring = ringOf(vector.dk, vector.generation);
    expect(codeOf(() => openSealed(ring, vector, fromHex(vector.sealed)))).toBe(vector.error);
  });

  it("is refused under another generation, even of the same DK", () => {
    const cell = { table: "t", column: "c", id: newUuid(), tenant: newUuid() };
    const sealed = sealBytes(ringOf("02".repeat(32), 1), cell, Buffer.from("secret"));
    expect(codeOf(() => openSealed(ringOf("02".repeat(32), 2), cell, sealed))).toBe("DECRYPT_FAILED");
  });

  it("is refused with every single changed bit", () => {
    const ring = ringOf("02".repeat(32), 3);
    const cell = { table: "t", column: "c", id: newUuid(), tenant: newUuid() };
    const sealed = sealBytes(ring, cell, Buffer.from("secret"));
    expect(openSealed(ring, cell, sealed).toString()).toBe("secret");
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      expect(codeOf(() => openSealed(ring, cell, flipBit(sealed, bit)))).not.toBe("no error");
    }
  });
});
