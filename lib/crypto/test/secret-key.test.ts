import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { holdKeyBytes, holdNewKey, secretKeyOf, withKeyBytes } from "#lib/crypto/secret-key.ts";

const bytes = randomBytes(32);
const key = () => secretKeyOf(Buffer.from(bytes));

describe("the bytes of a key", () => {
  it("are handed out, and wiped whatever happens", () => {
    const one = key();
    const seen: Buffer[] = [];
    withKeyBytes(one, (given) => {
      expect(given).toEqual(bytes);
      seen.push(given);
    });
    expect(() =>
      withKeyBytes(one, (given) => {
        seen.push(given);
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(seen).toEqual([Buffer.alloc(32), Buffer.alloc(32)]);
  });

  it("are the same ones for all that is done while they are held, and wiped by the one who holds them", () => {
    const [one, other] = [key(), key()];
    const seen = new Set<Buffer>();
    const take = () => withKeyBytes(one, (given) => seen.add(given));
    holdKeyBytes(one, () => {
      take();
      holdKeyBytes(one, take);
      withKeyBytes(other, (given) => expect(seen).not.toContain(given));
      take();
      for (const held of seen) expect(held).toEqual(bytes);
    });
    expect([...seen]).toEqual([Buffer.alloc(32)]);
    expect(() =>
      holdKeyBytes(one, () => {
        take();
        throw new Error("no");
      }),
    ).toThrow("no");
    take();
    expect([...seen]).toEqual([Buffer.alloc(32), Buffer.alloc(32), Buffer.alloc(32)]);
  });

  it("of a new key are held from the beginning, and wiped with what it was made of", () => {
    const [made, failed] = [Buffer.from(bytes), Buffer.from(bytes)];
    const one = holdNewKey(made, (given) => {
      withKeyBytes(given, (held) => {
        expect(held).toBe(made);
        expect(held).toEqual(bytes);
      });
      return given;
    });
    expect(made).toEqual(Buffer.alloc(32));
    withKeyBytes(one, (given) => expect(given).toEqual(bytes));
    expect(() =>
      holdNewKey(failed, () => {
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(failed).toEqual(Buffer.alloc(32));
  });
});
