import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64, decodeBase64Url, encodeBase64, encodeBase64Url } from "../base64.ts";
import vectors from "../vectors/base64.json" with { type: "json" };
import { codeOf, fromHex, toHex } from "./code-of.ts";

describe("base64", () => {
  it.each(vectors.positive)("reads and writes $name", ({ bytes, text }) => {
    expect(encodeBase64(fromHex(bytes))).toBe(text);
    expect(toHex(decodeBase64(text))).toBe(bytes);
  });

  it.each(vectors.negative)("refuses $name", ({ text, error }) => {
    expect(codeOf(() => decodeBase64(text))).toBe(error);
  });

  it("accepts one text per value: what decodes, encodes to itself", () => {
    const letters = fc.constantFrom(..."AQgwZz019+/-_= \n".split(""));
    fc.assert(
      fc.property(fc.string({ unit: letters, maxLength: 12 }), (text) => {
        if (codeOf(() => decodeBase64(text)) === "no error")
          expect(encodeBase64(decodeBase64(text))).toBe(text);
        if (codeOf(() => decodeBase64Url(text)) === "no error")
          expect(encodeBase64Url(decodeBase64Url(text))).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it("brings all bytes back, in both alphabets", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(toHex(decodeBase64(encodeBase64(bytes)))).toBe(toHex(bytes));
        expect(toHex(decodeBase64Url(encodeBase64Url(bytes)))).toBe(toHex(bytes));
      }),
    );
  });
});
