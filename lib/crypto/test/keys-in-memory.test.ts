import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Dek, dekFromBytes, generateDek } from "../dek.ts";
import { generateKek, Kek, kekFromBytes, kekFromKeyObject } from "../kek.ts";
import { takeRandom } from "../random.ts";
import { newUuid, uuidBytes, uuidText } from "../uuid.ts";

describe.each([
  ["DEK", () => generateDek()],
  ["KEK", () => generateKek({ keyId: newUuid(), version: 3 })],
])("a %s in memory", (_, generate) => {
  it("cannot be serialised, alone or inside something else", () => {
    expect(() => JSON.stringify(generate())).toThrow(TypeError);
    expect(() => JSON.stringify({ nested: [generate()] })).toThrow(TypeError);
  });

  it("does not print, spread or clone its key", () => {
    const key = generate();
    const hex = key.key.export().toString("hex");
    for (const text of [inspect(key, { depth: 9, showHidden: true }), `${Object.values({ ...key })}`]) {
      expect(text).not.toContain(hex);
      expect(text).not.toContain("KeyObject");
    }
    expect(structuredClone(key)).not.toHaveProperty("key");
  });

  it("is another one each time", () => {
    const keys = Array.from({ length: 200 }, () => generate().key.export().toString("hex"));
    expect(new Set(keys).size).toBe(200);
  });
});

describe("bytes that become a key", () => {
  it("are wiped", () => {
    const bytes = takeRandom(32);
    const copy = Buffer.from(bytes);
    const dek = dekFromBytes(newUuid(), bytes);
    expect(dek.key.export()).toEqual(copy);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it("must be 32, and are wiped when they are not", () => {
    const bytes = takeRandom(31);
    expect(() => dekFromBytes(newUuid(), bytes)).toThrow(RangeError);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    expect(() => kekFromBytes({ keyId: newUuid(), version: 1 }, takeRandom(33))).toThrow(RangeError);
  });

  it("need an id and a version that fit their format", () => {
    const { key } = generateDek();
    for (const id of ["", "x", newUuid().toUpperCase(), `${newUuid()} `]) {
      expect(() => dekFromBytes(id, takeRandom(32))).toThrow(TypeError);
      expect(() => new Kek({ keyId: id, version: 1 }, key)).toThrow(TypeError);
    }
    expect(() => new Dek(takeRandom(15), key)).toThrow(RangeError);
    for (const version of [0, -1, 1.5, 2 ** 32, Number.NaN]) {
      expect(() => kekFromKeyObject({ keyId: newUuid(), version }, key)).toThrow(RangeError);
    }
  });
});

describe("ids", () => {
  it("are UUIDv7 of the instant, and go to bytes and back", () => {
    const now = Date.UTC(2026, 10, 22);
    const id = newUuid(now);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(now);
    expect(uuidText(uuidBytes(id))).toBe(id);
  });

  it("that are not UUIDs do not become bytes", () => {
    expect(() => uuidBytes("t_acme")).toThrow(TypeError);
  });
});

describe("pooled randomness", () => {
  it("is never handed out twice, over many fillings of the pool and all sizes", () => {
    const seen = new Set<string>();
    for (let i = 0; i < 20_000; i++) seen.add(takeRandom(12 + (i % 21)).toString("hex"));
    expect(seen.size).toBe(20_000);
  });

  it("belongs to the caller: what one wipes, another never sees", () => {
    const first = takeRandom(32);
    const second = takeRandom(32);
    const kept = Buffer.from(second);
    first.fill(0);
    expect(second).toEqual(kept);
  });

  it("gives more than the pool holds, and nothing for nothing", () => {
    expect(takeRandom(100_000)).toHaveLength(100_000);
    expect(takeRandom(0)).toHaveLength(0);
  });
});
