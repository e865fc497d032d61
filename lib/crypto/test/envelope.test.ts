import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DECRYPT_FAILED_MESSAGE, DomainError } from "#lib/domain/errors.ts";
import { dekFromBytes, generateDek } from "../dek.ts";
import { encodeAad } from "../encryption-context.ts";
import { decryptField, encryptField, parseEnvelope } from "../envelope.ts";
import { PLAINTEXT_BYTES_MAX } from "../envelope-format.ts";
import { writeEnvelope } from "../envelope-write.ts";
import vectors from "../vectors/envelope.json" with { type: "json" };
import { context, dek } from "./arbitraries.ts";
import { codeOf, flipBit, fromHex, toHex } from "./code-of.ts";

type Context = { tenant: string; collection: string; record: string; field: string };
const contextOf = (pairs: object): Context => pairs as Context;
const dekOf = (vector: { dek: string; dek_id: string }) => dekFromBytes(vector.dek_id, fromHex(vector.dek));
const here = { tenant: "t", collection: "c", record: "1", field: "f" };

describe("KFE1 vectors", () => {
  it.each(vectors.positive)("writes and opens: $name", (vector) => {
    const written = writeEnvelope(
      dekOf(vector),
      contextOf(vector.context),
      fromHex(vector.plaintext),
      fromHex(vector.salt),
    );
    expect(toHex(written)).toBe(vector.envelope);
    const opened = decryptField(dekOf(vector), contextOf(vector.context), fromHex(vector.envelope));
    expect(toHex(opened)).toBe(vector.plaintext);
  });

  it.each(vectors.negative)("refuses with $error: $name", (vector) => {
    const open = () => decryptField(dekOf(vector), contextOf(vector.context), fromHex(vector.envelope));
    expect(codeOf(open)).toBe(vector.error);
  });

  it.each(vectors.positive)("refuses every single changed bit of: $name", (vector) => {
    const key = dekOf(vector);
    const envelope = fromHex(vector.envelope);
    for (let bit = 0; bit < envelope.length * 8; bit++) {
      const code = codeOf(() => decryptField(key, contextOf(vector.context), flipBit(envelope, bit)));
      const expected = bit < 24 ? "ENVELOPE_MALFORMED" : bit < 64 ? "ENVELOPE_UNSUPPORTED" : "DECRYPT_FAILED";
      if (code !== expected) expect.fail(`bit ${bit}: ${code} instead of ${expected}`);
    }
  });

  it.each(vectors.positive)("refuses every truncation of: $name", (vector) => {
    const key = dekOf(vector);
    const envelope = fromHex(vector.envelope);
    for (let length = 0; length < envelope.length; length++) {
      const code = codeOf(() => decryptField(key, contextOf(vector.context), envelope.subarray(0, length)));
      const expected = length < 104 ? "ENVELOPE_MALFORMED" : "DECRYPT_FAILED";
      if (code !== expected) expect.fail(`length ${length}: ${code} instead of ${expected}`);
    }
  });
});

describe("a field", () => {
  it("comes back as it was, whatever the context's order", () => {
    fc.assert(
      fc.property(dek, context, fc.uint8Array({ maxLength: 300 }), (key, pairs, plaintext) => {
        const reversed = contextOf(Object.fromEntries(Object.entries(pairs).reverse()));
        expect(toHex(decryptField(key, reversed, encryptField(key, pairs, plaintext)))).toBe(
          toHex(plaintext),
        );
      }),
    );
  });

  it("opens under its own context alone", () => {
    fc.assert(
      fc.property(dek, context, context, (key, written, asked) => {
        fc.pre(!encodeAad(written).equals(encodeAad(asked)));
        const envelope = encryptField(key, written, Buffer.from("x"));
        expect(codeOf(() => decryptField(key, asked, envelope))).toBe("DECRYPT_FAILED");
      }),
    );
  });

  it("never throws anything but the three codes, whatever bytes arrive", () => {
    const key = generateDek();
    const prefixed = fc
      .uint8Array({ maxLength: 200 })
      .map((rest) => Buffer.concat([fromHex("4b46450104780000"), rest]));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), prefixed), (bytes) => {
        const code = codeOf(() => decryptField(key, here, bytes));
        expect(["ENVELOPE_MALFORMED", "ENVELOPE_UNSUPPORTED", "DECRYPT_FAILED"]).toContain(code);
      }),
    );
  });

  it("has a salt and a ciphertext of its own each time", () => {
    const key = generateDek();
    const salts = Array.from({ length: 500 }, () =>
      toHex(parseEnvelope(encryptField(key, here, Buffer.from("x"))).salt),
    );
    expect(new Set(salts).size).toBe(500);
  });

  it("holds 16 MiB and not a byte more", () => {
    const key = generateDek();
    const most = Buffer.alloc(PLAINTEXT_BYTES_MAX, 7);
    const envelope = encryptField(key, here, most);
    expect(decryptField(key, here, envelope).equals(most)).toBe(true);
    expect(codeOf(() => encryptField(key, here, Buffer.alloc(PLAINTEXT_BYTES_MAX + 1)))).toBe("TOO_LARGE");
    expect(codeOf(() => decryptField(key, here, Buffer.concat([envelope, Buffer.alloc(1)])))).toBe(
      "ENVELOPE_MALFORMED",
    );
  });

  it("can be read from the middle of a larger buffer, and leaves it as it was", () => {
    const key = generateDek();
    const around = Buffer.concat([
      Buffer.alloc(5, 1),
      encryptField(key, here, Buffer.from("inside")),
      Buffer.alloc(5, 2),
    ]);
    const before = Buffer.from(around);
    const view = new Uint8Array(around.buffer, around.byteOffset + 5, around.length - 10);
    expect(decryptField(key, here, view).toString()).toBe("inside");
    expect(around.equals(before)).toBe(true);
  });

  it("says the one message for every failure after key use, and its reason only inside", () => {
    const key = generateDek();
    const envelope = encryptField(key, here, Buffer.from("x"));
    const failures = [
      () => decryptField(generateDek(), here, envelope),
      () => decryptField(key, here, flipBit(envelope, 60 * 8)),
      () => decryptField(key, here, flipBit(envelope, 90 * 8)),
      () => decryptField(key, { ...here, record: "2" }, envelope),
    ];
    const errors = failures.map((fail) => {
      try {
        return fail();
      } catch (error) {
        return error as DomainError;
      }
    });
    expect(errors.map((error) => error instanceof DomainError && error.message)).toEqual(
      Array(4).fill(DECRYPT_FAILED_MESSAGE),
    );
    expect(errors.map((error) => error instanceof DomainError && error.reason)).toEqual([
      "dek_id",
      "commitment",
      "payload_tag",
      "payload_tag",
    ]);
  });
});
