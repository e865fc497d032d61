import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generateDek } from "../dek.ts";
import { generateKek, type Kek, kekFromBytes } from "../kek.ts";
import { createRewrapper, rewrapDek } from "../rewrap-dek.ts";
import { newUuid } from "../uuid.ts";
import vectors from "../vectors/wrapped-dek.json" with { type: "json" };
import { unwrapDek, wrapDek } from "../wrapped-dek.ts";
import { binding, bytes, dek, keyVersion, uuid } from "./arbitraries.ts";
import { codeOf, flipBit, fromHex, toHex } from "./code-of.ts";

const bound = { purpose: "default", tenant: "t" };
const twoVersions = (): [Kek, Kek] => {
  const keyId = newUuid();
  return [generateKek({ keyId, version: 1 }), generateKek({ keyId, version: 2 })];
};

describe("rewrap", () => {
  it("changes key version, nonce and wrapped bytes and nothing else", () => {
    const [seventh, eighth] = vectors.positive;
    if (seventh === undefined || eighth === undefined) throw new Error("no vectors");
    const keks = [seventh, eighth].map((v) =>
      kekFromBytes({ keyId: v.key_id, version: v.key_version }, fromHex(v.kek)),
    );
    const [from, to] = keks as [Kek, Kek];
    const moved = rewrapDek(from, to, fromHex(seventh.wrapped), seventh);
    expect(toHex(moved.subarray(0, 41))).toBe(eighth.wrapped.slice(0, 82));
    expect(toHex(moved.subarray(0, 37))).toBe(seventh.wrapped.slice(0, 74));
    expect(toHex(unwrapDek(to, moved, seventh).key.export())).toBe(seventh.dek);
    expect(codeOf(() => unwrapDek(from, moved, seventh))).toBe("DECRYPT_FAILED");
  });

  it("keeps every DEK, from any version to any version", () => {
    fc.assert(
      fc.property(
        uuid,
        keyVersion,
        keyVersion,
        bytes(32),
        bytes(32),
        dek,
        binding,
        (keyId, a, b, x, y, source, by) => {
          const from = kekFromBytes({ keyId, version: a }, x);
          const to = kekFromBytes({ keyId, version: b }, y);
          const moved = createRewrapper(from, to, by).rewrap(wrapDek(from, source, by));
          const opened = unwrapDek(to, moved, by);
          expect(opened.id).toBe(source.id);
          expect(opened.key.equals(source.key)).toBe(true);
        },
      ),
    );
  });

  it("leaves the old blob as it was", () => {
    const [from, to] = twoVersions();
    const wrapped = wrapDek(from, generateDek(), bound);
    const before = toHex(wrapped);
    rewrapDek(from, to, wrapped, bound);
    expect(toHex(wrapped)).toBe(before);
  });

  it("refuses every single changed bit, so that damage is never sealed in", () => {
    const [from, to] = twoVersions();
    const { rewrap } = createRewrapper(from, to, bound);
    const wrapped = wrapDek(from, generateDek(), bound);
    for (let bit = 0; bit < wrapped.length * 8; bit++) {
      expect(codeOf(() => rewrap(flipBit(wrapped, bit)))).not.toBe("no error");
    }
  });

  it("refuses a blob of another version, key, tenant or purpose", () => {
    const [from, to] = twoVersions();
    const wrapped = wrapDek(from, generateDek(), bound);
    const [stranger] = twoVersions();
    expect(codeOf(() => rewrapDek(to, from, wrapped, bound))).toBe("DECRYPT_FAILED");
    expect(codeOf(() => rewrapDek(from, to, wrapDek(stranger, generateDek(), bound), bound))).toBe(
      "DECRYPT_FAILED",
    );
    expect(codeOf(() => rewrapDek(from, to, wrapped, { ...bound, tenant: "u" }))).toBe("DECRYPT_FAILED");
    expect(codeOf(() => rewrapDek(from, to, wrapped, { ...bound, purpose: "cards" }))).toBe("DECRYPT_FAILED");
    expect(codeOf(() => rewrapDek(from, to, Buffer.alloc(101), bound))).toBe("ENVELOPE_MALFORMED");
  });

  it("never goes from one key to another", () => {
    const [from] = twoVersions();
    const [, to] = twoVersions();
    expect(() => createRewrapper(from, to, bound)).toThrow(TypeError);
  });
});
