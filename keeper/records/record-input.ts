import type { RecordName } from "#db/queries/record.ts";
import { PLAINTEXT_BYTES_MAX } from "#lib/crypto/envelope.ts";
import { DomainError } from "#lib/domain/errors.ts";

const ID_BYTES_MAX = 200;
const FIELDS_MAX = 100;

/** A record as a client wants it. Fields as pairs: `__proto__` is a name like any other. */
export type RecordInput = RecordName & { fields: readonly (readonly [name: string, value: string])[] };

const invalid = (where: string, sentence: string): DomainError =>
  new DomainError("INVALID_INPUT", `The request's ${where} ${sentence}.`, {
    fields: { [where]: [sentence] },
  });

/** An id or name: PostgreSQL cannot hold U+0000, and half a surrogate pair has no bytes. */
const parseName = (where: string, what: string, value: unknown): string => {
  if (typeof value !== "string") throw invalid(where, `must have ${what} that is a string`);
  const bytes = Buffer.byteLength(value, "utf8");
  if (bytes < 1 || bytes > ID_BYTES_MAX)
    throw invalid(where, `must have ${what} of 1 to ${ID_BYTES_MAX} bytes of UTF-8`);
  if (!value.isWellFormed() || value.includes("\0"))
    throw invalid(where, `must have ${what} of whole characters without U+0000`);
  return value;
};

const parseValue = (value: unknown): string => {
  if (typeof value !== "string") throw invalid("fields", "must be an object whose values are strings");
  if (!value.isWellFormed()) throw invalid("fields", "must not hold half of a surrogate pair");
  if (Buffer.byteLength(value, "utf8") > PLAINTEXT_BYTES_MAX)
    throw new DomainError("TOO_LARGE", "A field holds at most 16 MiB.");
  return value;
};

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A property of parsed JSON, and nothing that its prototype has. */
const own = (value: unknown, name: string): unknown =>
  isObject(value) ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;

export const parseRecordName = (value: unknown): RecordName => ({
  collection: parseName("collection", "an id", own(value, "collection")),
  record: parseName("record", "an id", own(value, "record")),
});

/** The `fields` of a body: an object of strings. */
export const parseFields = (body: unknown): RecordInput["fields"] => {
  const fields = own(body, "fields");
  if (!isObject(fields)) throw invalid("fields", "must be an object whose values are strings");
  const entries = Object.entries(fields);
  if (entries.length > FIELDS_MAX) throw invalid("fields", `must hold at most ${FIELDS_MAX} fields`);
  return entries.map(([name, value]) => [parseName("fields", "names", name), parseValue(value)] as const);
};

/** A whole record of a batch. */
export const parseRecord = (value: unknown): RecordInput => ({
  ...parseRecordName(value),
  fields: parseFields(value),
});

export const BATCH_MAX = 1_000;

/** The `records` of a batch; each is parsed on its own. */
export const parseBatch = (body: unknown): unknown[] => {
  const records = own(body, "records");
  if (!Array.isArray(records)) throw invalid("records", "must be a list of records");
  if (records.length > BATCH_MAX)
    throw new DomainError("TOO_LARGE", `A batch holds at most ${BATCH_MAX} records.`);
  return records;
};
