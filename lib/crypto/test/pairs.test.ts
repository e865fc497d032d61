import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeAad, encodePairs } from "../encryption-context.ts";
import vectors from "../vectors/pairs.json" with { type: "json" };
import { entries, name, value } from "./arbitraries.ts";
import { codeOf, toHex } from "./code-of.ts";

const inOrder = (list: [string, string][]) =>
  list
    .map((pair) => JSON.stringify(pair))
    .sort()
    .join();
const asEntries = (pairs: string[][]) => pairs.map(([key = "", text = ""]) => [key, text] as const);

describe("canonical pairs", () => {
  it.each(vectors.positive)("encodes $name", ({ pairs, bytes }) => {
    expect(toHex(encodePairs(asEntries(pairs)))).toBe(bytes);
    expect(toHex(encodePairs(Object.fromEntries(asEntries(pairs))))).toBe(bytes);
  });

  it.each(vectors.negative)("refuses $name", ({ pairs, error }) => {
    expect(codeOf(() => encodePairs(asEntries(pairs)))).toBe(error);
  });

  // Not in the vectors: most JSON readers refuse a lone surrogate before anybody can.
  it.each([
    ["a high surrogate at the end", [["a", "x\ud800"]]],
    ["a low surrogate at the beginning", [["a", "\udc00x"]]],
    ["a pair in the wrong order", [["a", "\udc00\ud800"]]],
    ["a high surrogate in a name", [["a\ud83d", "x"]]],
  ])("refuses a lone surrogate: %s", (_, pairs) => {
    expect(codeOf(() => encodePairs(asEntries(pairs)))).toBe("INVALID_INPUT");
  });

  it("gives the same bytes for every order", () => {
    fc.assert(
      fc.property(
        entries.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([list, shuffled]) => {
          expect(toHex(encodePairs(shuffled))).toBe(toHex(encodePairs(list)));
        },
      ),
    );
  });

  it("gives different bytes for different pairs, also when a border between two moves", () => {
    fc.assert(
      fc.property(entries, entries, (a, b) => {
        const same = inOrder(a) === inOrder(b);
        expect(encodePairs(a).equals(encodePairs(b))).toBe(same);
      }),
    );
    fc.assert(
      fc.property(name, value, (key, text) => {
        fc.pre(
          text.length > 0 &&
            text[0] !== undefined &&
            (key + text[0]).isWellFormed() &&
            text.slice(1).isWellFormed(),
        );
        fc.pre(Buffer.byteLength(key + text[0]) <= 64);
        expect(encodePairs([[key + text[0], text.slice(1)]])).not.toEqual(encodePairs([[key, text]]));
      }),
    );
  });

  it("sorts by the bytes of UTF-8", () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 16 }), (names) => {
        const expected = names.map((key) => Buffer.from(key)).sort(Buffer.compare);
        const encoded = encodePairs(names.map((key) => [key, ""] as const));
        let at = 2;
        for (const bytes of expected) {
          expect(encoded.subarray(at + 2, at + 2 + bytes.length)).toEqual(bytes);
          at += 2 + bytes.length + 4;
        }
        expect(at).toBe(encoded.length);
      }),
    );
  });
});

describe("the encryption context", () => {
  const whole = { tenant: "t", collection: "c", record: "r", field: "f" };

  it("is the canonical pairs", () => {
    expect(encodeAad({ ...whole, rev: "1" })).toEqual(encodePairs({ rev: "1", ...whole }));
  });

  it.each(["tenant", "collection", "record", "field"] as const)("is refused without %s", (missing) => {
    const { [missing]: _, ...rest } = whole;
    expect(codeOf(() => encodeAad(rest as typeof whole))).toBe("INVALID_INPUT");
  });

  it("is refused when a mandatory pair is only inherited", () => {
    const inherited: typeof whole = Object.assign(Object.create({ tenant: "t" }), {
      collection: "c",
      record: "r",
      field: "f",
    });
    expect(codeOf(() => encodeAad(inherited))).toBe("INVALID_INPUT");
  });
});
