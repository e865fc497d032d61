import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dekFromBytes, generateDek } from "../dek.ts";
import { generateKek, kekFromBytes } from "../kek.ts";
import { newUuid } from "../uuid.ts";
import vectors from "../vectors/wrapped-dek.json" with { type: "json" };
import { parseWrappedDek, unwrapDek, wrapDek } from "../wrapped-dek.ts";
import { writeWrappedDek } from "../wrapped-dek-write.ts";
import { binding, dek, kek } from "./arbitraries.ts";
import { codeOf, flipBit, fromHex, toHex } from "./code-of.ts";

type KekVector = { kek: string; key_id: string; key_version: number };
const kekOf = (vector: KekVector) =>
  kekFromBytes({ keyId: vector.key_id, version: vector.key_version }, fromHex(vector.kek));

describe("KFW1 vectors", () => {
  it.each(vectors.positive)("writes, parses and opens: $name", (vector) => {
    const source = dekFromBytes(vector.dek_id, fromHex(vector.dek));
    expect(toHex(writeWrappedDek(kekOf(vector), source, vector, fromHex(vector.nonce)))).toBe(vector.wrapped);
    const parsed = parseWrappedDek(fromHex(vector.wrapped));
    expect(parsed).toMatchObject({
      dekId: vector.dek_id,
      keyId: vector.key_id,
      keyVersion: vector.key_version,
    });
    expect(toHex(parsed.nonce)).toBe(vector.nonce);
    const opened = unwrapDek(kekOf(vector), fromHex(vector.wrapped), vector);
    expect(opened.id).toBe(vector.dek_id);
    expect(toHex(opened.key.export())).toBe(vector.dek);
  });

  it.each(vectors.negative)("refuses with $error: $name", (vector) => {
    expect(codeOf(() => unwrapDek(kekOf(vector), fromHex(vector.wrapped), vector))).toBe(vector.error);
  });

  it.each(vectors.positive)("refuses every single changed bit of: $name", (vector) => {
    const wrapped = fromHex(vector.wrapped);
    for (let bit = 0; bit < wrapped.length * 8; bit++) {
      const code = codeOf(() => unwrapDek(kekOf(vector), flipBit(wrapped, bit), vector));
      const expected = bit < 24 ? "ENVELOPE_MALFORMED" : bit < 40 ? "ENVELOPE_UNSUPPORTED" : "DECRYPT_FAILED";
      if (code !== expected) expect.fail(`bit ${bit}: ${code} instead of ${expected}`);
    }
  });

  it("refuses every truncation", () => {
    const vector = vectors.positive[0];
    if (vector === undefined) throw new Error("no vector");
    for (let length = 0; length < 101; length++) {
      const cut = fromHex(vector.wrapped).subarray(0, length);
      expect(codeOf(() => unwrapDek(kekOf(vector), cut, vector))).toBe("ENVELOPE_MALFORMED");
    }
  });
});

describe("a wrapped DEK", () => {
  it("comes back as it was", () => {
    fc.assert(
      fc.property(kek, dek, binding, (by, source, bound) => {
        const opened = unwrapDek(by, wrapDek(by, source, bound), bound);
        expect(opened.id).toBe(source.id);
        expect(opened.key.equals(source.key)).toBe(true);
      }),
    );
  });

  it("opens under its own purpose and tenant alone", () => {
    fc.assert(
      fc.property(kek, dek, binding, binding, (by, source, bound, asked) => {
        fc.pre(bound.purpose !== asked.purpose || bound.tenant !== asked.tenant);
        expect(codeOf(() => unwrapDek(by, wrapDek(by, source, bound), asked))).toBe("DECRYPT_FAILED");
      }),
    );
  });

  it("has a nonce of its own each time", () => {
    const by = generateKek({ keyId: newUuid(), version: 1 });
    const source = generateDek();
    const nonces = Array.from({ length: 500 }, () =>
      toHex(parseWrappedDek(wrapDek(by, source, { purpose: "default", tenant: "t" })).nonce),
    );
    expect(new Set(nonces).size).toBe(500);
  });
});
