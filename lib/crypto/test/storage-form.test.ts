import { describe, expect, it } from "vitest";
import { generateDek } from "../dek.ts";
import { encryptField } from "../envelope.ts";
import { generateKek } from "../kek.ts";
import { rewrapDek } from "../rewrap-dek.ts";
import {
  COLUMN_HEAD_BYTES,
  COLUMN_HEAD_CHARACTERS,
  columnFromText,
  columnToText,
  joinColumn,
  replaceWrapped,
  replaceWrappedText,
  splitColumn,
} from "../storage-form.ts";
import { newUuid } from "../uuid.ts";
import vectors from "../vectors/storage-form.json" with { type: "json" };
import { wrapDek } from "../wrapped-dek.ts";
import { codeOf, fromHex, toHex } from "./code-of.ts";

describe("the one-column form", () => {
  it.each(vectors.positive)("joins and splits: $name", (vector) => {
    const column = joinColumn(fromHex(vector.wrapped), fromHex(vector.envelope));
    expect(toHex(column)).toBe(vector.column);
    expect(columnToText(column)).toBe(vector.text);
    const parts = splitColumn(columnFromText(vector.text));
    expect(toHex(parts.wrapped)).toBe(vector.wrapped);
    expect(toHex(parts.envelope)).toBe(vector.envelope);
  });

  it.each(vectors.negative)("refuses with $error: $name", ({ column, error }) => {
    expect(codeOf(() => splitColumn(fromHex(column)))).toBe(error);
  });

  it.each(vectors.negative_text)("refuses as text with $error: $name", ({ text, error }) => {
    expect(codeOf(() => columnFromText(text))).toBe(error);
  });

  it("has a head of 105 bytes and exactly 140 characters", () => {
    expect([COLUMN_HEAD_BYTES, COLUMN_HEAD_CHARACTERS]).toEqual([105, 140]);
  });

  it("does not join parts of two DEKs", () => {
    const { wrapped, envelope } = sample();
    expect(codeOf(() => joinColumn(wrapped, sample().envelope))).toBe("DECRYPT_FAILED");
    expect(codeOf(() => joinColumn(envelope, wrapped))).toBe("ENVELOPE_MALFORMED");
  });
});

describe("a rewrap in one column", () => {
  it("replaces the head alone, in bytes and in text", () => {
    const { wrapped, envelope, moved } = sample();
    const column = joinColumn(wrapped, envelope);
    const expected = joinColumn(moved, envelope);
    expect(replaceWrapped(column, wrapped, moved)).toEqual(expected);
    expect(replaceWrappedText(columnToText(column), wrapped, moved)).toBe(columnToText(expected));
  });

  it("is a conflict when somebody wrote the value meanwhile", () => {
    const { wrapped, moved } = sample();
    const other = sample();
    const column = joinColumn(other.wrapped, other.envelope);
    expect(codeOf(() => replaceWrapped(column, wrapped, moved))).toBe("CONFLICT");
    expect(codeOf(() => replaceWrappedText(columnToText(column), wrapped, moved))).toBe("CONFLICT");
    expect(codeOf(() => replaceWrapped(column.subarray(0, 50), wrapped, moved))).toBe("CONFLICT");
    expect(codeOf(() => replaceWrappedText("", wrapped, moved))).toBe("CONFLICT");
  });

  it("never puts another DEK in", () => {
    const { wrapped, envelope } = sample();
    const column = joinColumn(wrapped, envelope);
    expect(codeOf(() => replaceWrapped(column, wrapped, sample().moved))).toBe("DECRYPT_FAILED");
    expect(codeOf(() => replaceWrapped(column, wrapped, Buffer.alloc(101)))).toBe("ENVELOPE_MALFORMED");
  });
});

const bound = { purpose: "default", tenant: "t" };
const sample = () => {
  const keyId = newUuid();
  const [from, to] = [generateKek({ keyId, version: 1 }), generateKek({ keyId, version: 2 })];
  const dek = generateDek();
  const wrapped = wrapDek(from, dek, bound);
  const context = { tenant: "t", collection: "c", record: "1", field: "f" };
  return {
    wrapped,
    envelope: encryptField(dek, context, Buffer.from("value")),
    moved: rewrapDek(from, to, wrapped, bound),
  };
};
