import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kekFromBytes } from "../kek.ts";
import { encodeKekPayload, openKekPayload } from "../kek-payload.ts";
import vectors from "../vectors/kek-payload.json" with { type: "json" };
import { kek, value } from "./arbitraries.ts";
import { codeOf, flipBit, fromHex, toHex } from "./code-of.ts";

describe("the payload that a provider wraps", () => {
  it.each(vectors.positive)("is 64 bytes and opens: $name", (vector) => {
    const source = kekFromBytes({ keyId: vector.key, version: vector.version }, fromHex(vector.kek));
    expect(toHex(encodeKekPayload(source, vector))).toBe(vector.payload);
    const opened = openKekPayload(fromHex(vector.payload), vector);
    expect(opened).toMatchObject({ keyId: vector.key, version: vector.version });
    expect(toHex(opened.key.export())).toBe(vector.kek);
  });

  it.each(vectors.negative)("refuses with $error: $name", (vector) => {
    expect(codeOf(() => openKekPayload(fromHex(vector.payload), vector))).toBe(vector.error);
  });

  it("refuses every changed bit of the hash", () => {
    fc.assert(
      fc.property(kek, value, value, fc.integer({ min: 256, max: 511 }), (source, tenant, purpose, bit) => {
        const bound = { tenant, purpose, key: source.keyId, version: source.version };
        const changed = flipBit(encodeKekPayload(source, bound), bit);
        expect(codeOf(() => openKekPayload(changed, bound))).toBe("KMS_INVALID_CIPHERTEXT");
      }),
    );
  });

  it("is wiped once it was opened, also when it is refused", () => {
    const vector = vectors.positive[0];
    if (vector === undefined) throw new Error("no vector");
    const good = fromHex(vector.payload);
    openKekPayload(good, vector);
    expect(good.every((byte) => byte === 0)).toBe(true);
    const bad = fromHex(vector.payload);
    codeOf(() => openKekPayload(bad, { ...vector, tenant: "other" }));
    expect(bad.every((byte) => byte === 0)).toBe(true);
  });
});
