import type { RecordName } from "#db/queries/record.ts";
import { DomainError } from "#lib/domain/errors.ts";

export const ID_BYTES_MAX = 200;
export const FIELDS_MAX = 100;
export const BATCH_MAX = 1_000;

export const invalid = (where: string, sentence: string): DomainError =>
  new DomainError("INVALID_INPUT", `The request's ${where} ${sentence}.`, {
    fields: { [where]: [sentence] },
  });

/** An id or name: PostgreSQL cannot hold U+0000, and half a surrogate pair has no bytes. */
export const parseName = (where: string, what: string, value: unknown): string => {
  if (typeof value !== "string") throw invalid(where, `must have ${what} that is a string`);
  const bytes = Buffer.byteLength(value, "utf8");
  if (bytes < 1 || bytes > ID_BYTES_MAX)
    throw invalid(where, `must have ${what} of 1 to ${ID_BYTES_MAX} bytes of UTF-8`);
  if (!value.isWellFormed() || value.includes("\0"))
    throw invalid(where, `must have ${what} of whole characters without U+0000`);
  return value;
};

export const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A property of parsed JSON, and nothing that its prototype has. */
export const own = (value: unknown, name: string): unknown =>
  isObject(value) && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;

export const parseRecordName = (value: unknown): RecordName => ({
  collection: parseName("collection", "an id", own(value, "collection")),
  record: parseName("record", "an id", own(value, "record")),
});

/** The `fields` of a body or an item: names and whatever stands beside them. */
export const parseFieldEntries = (value: unknown): [name: string, value: unknown][] => {
  const fields = own(value, "fields");
  if (!isObject(fields)) throw invalid("fields", "must be an object whose values are strings");
  const entries = Object.entries(fields);
  if (entries.length > FIELDS_MAX) throw invalid("fields", `must hold at most ${FIELDS_MAX} fields`);
  for (const [name] of entries) parseName("fields", "names", name);
  return entries;
};

/** The list that a batch is about; each item is parsed on its own. */
export const parseList = (body: unknown, name: "records" | "items"): unknown[] => {
  const list = own(body, name);
  if (!Array.isArray(list)) throw invalid(name, `must be a list of ${name}`);
  if (list.length > BATCH_MAX)
    throw new DomainError("TOO_LARGE", `A batch holds at most ${BATCH_MAX} ${name}.`);
  return list;
};
