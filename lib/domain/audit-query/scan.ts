import type { QueryValue } from "./query.ts";

/** A term as it was written. */
export type ScannedTerm = {
  negated: boolean;
  /** The word before the colon, or null for free text. */
  field: string | null;
  values: QueryValue[];
};

/** What cannot be read, in a sentence. */
export class QuerySyntaxError extends Error {}

const isSpace = (char: string | undefined): boolean => char !== undefined && /\s/u.test(char);
const isLetter = (char: string | undefined): boolean => char !== undefined && /[A-Za-z_]/.test(char);

type Cursor = { readonly source: string; at: number };

const quoted = (cursor: Cursor): QueryValue => {
  let text = "";
  for (cursor.at += 1; cursor.at < cursor.source.length; cursor.at += 1) {
    const char = cursor.source[cursor.at];
    if (char === '"') {
      cursor.at += 1;
      return { text, wild: false };
    }
    if (char === "\\") cursor.at += 1;
    text += cursor.source[cursor.at] ?? "";
  }
  throw new QuerySyntaxError('A quotation mark is not closed. Write " inside of quotation marks as \\".');
};

const bare = (cursor: Cursor, ends: (char: string) => boolean): QueryValue => {
  const from = cursor.at;
  while (cursor.at < cursor.source.length && !ends(cursor.source[cursor.at] ?? "")) cursor.at += 1;
  const text = cursor.source.slice(from, cursor.at);
  return { text, wild: text.includes("*") };
};

/** The name before a colon, if that is what stands here; then the cursor is behind the colon. */
const fieldName = (cursor: Cursor): string | null => {
  let end = cursor.at;
  while (isLetter(cursor.source[end])) end += 1;
  if (end === cursor.at || cursor.source[end] !== ":") return null;
  const name = cursor.source.slice(cursor.at, end);
  cursor.at = end + 1;
  return name;
};

const valueList = (cursor: Cursor, field: string): QueryValue[] => {
  const values: QueryValue[] = [];
  for (;;) {
    const isQuoted = cursor.source[cursor.at] === '"';
    const value = isQuoted
      ? quoted(cursor)
      : bare(cursor, (char) => char === "," || char === '"' || isSpace(char));
    if (value.text === "") throw new QuerySyntaxError(`${field}: needs a value, as in ${field}:example.`);
    values.push(value);
    const next = cursor.source[cursor.at];
    if (next === undefined || isSpace(next)) return values;
    if (next !== ",")
      throw new QuerySyntaxError(`A quotation mark in ${field}: stands around the whole value.`);
    cursor.at += 1;
  }
};

/** The terms of a query, read from left to right, each character once. */
export const scanTerms = (source: string): ScannedTerm[] => {
  const cursor: Cursor = { source, at: 0 };
  const terms: ScannedTerm[] = [];
  for (;;) {
    while (isSpace(source[cursor.at])) cursor.at += 1;
    if (cursor.at >= source.length) return terms;
    const negated = source[cursor.at] === "-";
    if (negated) cursor.at += 1;
    const field = fieldName(cursor);
    if (field !== null) {
      terms.push({ negated, field, values: valueList(cursor, field) });
      continue;
    }
    const value =
      source[cursor.at] === '"' ? quoted(cursor) : bare(cursor, (char) => char === '"' || isSpace(char));
    if (value.text === "") throw new QuerySyntaxError("A minus stands right before what it excludes.");
    terms.push({ negated, field: null, values: [{ ...value, wild: false }] });
  }
};
