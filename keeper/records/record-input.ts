import type { RecordName } from "#db/queries/record.ts";
import { PLAINTEXT_BYTES_MAX } from "#lib/crypto/envelope.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { invalid, parseFieldEntries, parseList, parseRecordName } from "./input.ts";

/** A record as a client wants it. Fields as pairs: `__proto__` is a name like any other. */
export type RecordInput = RecordName & { fields: readonly (readonly [name: string, value: string])[] };

const parseValue = (value: unknown): string => {
  if (typeof value !== "string") throw invalid("fields", "must be an object whose values are strings");
  if (!value.isWellFormed()) throw invalid("fields", "must not hold half of a surrogate pair");
  if (Buffer.byteLength(value, "utf8") > PLAINTEXT_BYTES_MAX)
    throw new DomainError("TOO_LARGE", "A field holds at most 16 MiB.");
  return value;
};

/** The `fields` of a body: an object of strings. */
export const parseFields = (body: unknown): RecordInput["fields"] =>
  parseFieldEntries(body).map(([name, value]) => [name, parseValue(value)] as const);

/** A whole record of a batch. */
export const parseRecord = (value: unknown): RecordInput => ({
  ...parseRecordName(value),
  fields: parseFields(value),
});

/** The `records` of a batch; each is parsed on its own. */
export const parseBatch = (body: unknown): unknown[] => parseList(body, "records");
