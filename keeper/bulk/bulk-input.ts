import type { RecordName } from "#db/queries/record.ts";
import { decodeBase64 } from "#lib/crypto/base64.ts";
import type { EncryptionContext } from "#lib/crypto/encryption-context.ts";
import { checkEnvelope, PLAINTEXT_BYTES_MAX } from "#lib/crypto/envelope.ts";
import type { WrappedDek } from "#lib/crypto/wrapped-dek.ts";
import { parseWrappedDek } from "#lib/crypto/wrapped-dek.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { slug } from "#lib/domain/ids.ts";
import { DEFAULT_KEY } from "../keeper.ts";
import { invalid, isObject, own, parseFieldEntries, parseRecordName } from "../records/input.ts";

/** Where an item's values live, with the further pairs that its client binds into them. */
export type Place = RecordName & { context: readonly (readonly [name: string, value: string])[] };
/** Fields by name, as base64 that nobody has looked into yet. */
export type Texts = readonly (readonly [name: string, text: string])[];
export type EncryptInput = Place & { key: string; fields: Texts };
export type RewrapInput = { bytes: Buffer; wrapped: WrappedDek };
export type DecryptInput = Place & RewrapInput & { fields: Texts };
type Bytes = (readonly [name: string, bytes: Buffer])[];

/** What the path, the item and the field's name say already. */
const TAKEN = new Set(["tenant", "collection", "record", "field"]);

const parseContext = (value: unknown): Place["context"] => {
  const context = own(value, "context");
  if (context === undefined) return [];
  if (!isObject(context)) throw invalid("context", "must be an object whose values are strings");
  return Object.entries(context).map(([name, pair]: [string, unknown]) => {
    if (typeof pair !== "string") throw invalid("context", "must be an object whose values are strings");
    if (TAKEN.has(name)) throw invalid("context", `must not name ${name}, which is bound already`);
    return [name, pair] as const;
  });
};

const parsePlace = (value: unknown): Place => ({
  ...parseRecordName(value),
  context: parseContext(value),
});

const parseKey = (value: unknown): string => {
  const key = own(value, "key");
  if (key === undefined) return DEFAULT_KEY;
  if (!slug.safeParse(key).success) throw invalid("key", "must be the name of a key");
  return key as string;
};

const parseTexts = (value: unknown): Texts =>
  parseFieldEntries(value).map(([name, text]) => {
    if (typeof text !== "string") throw invalid("fields", "must be an object whose values are base64");
    return [name, text] as const;
  });

/** Everything of an item but what is in its fields. @throws `INVALID_INPUT` */
export const parseEncryptItem = (value: unknown): EncryptInput => ({
  ...parsePlace(value),
  key: parseKey(value),
  fields: parseTexts(value),
});

/** @throws `INVALID_INPUT`, `ENVELOPE_MALFORMED`, `ENVELOPE_UNSUPPORTED` */
export const parseRewrapItem = (value: unknown): RewrapInput => {
  const text = own(value, "wrapped_dek");
  if (typeof text !== "string") throw invalid("wrapped_dek", "must be base64");
  const bytes = decodeBase64(text);
  return { bytes, wrapped: parseWrappedDek(bytes) };
};

/** Everything of an item but what is in its fields. @throws as `parseRewrapItem` */
export const parseDecryptItem = (value: unknown): DecryptInput => ({
  ...parsePlace(value),
  ...parseRewrapItem(value),
  fields: parseTexts(value),
});

const plaintext = (text: string): Buffer => {
  let bytes: Buffer;
  try {
    bytes = decodeBase64(text);
  } catch {
    // What is to be encrypted is no envelope: the decoder's own code would say so.
    throw invalid("fields", "must be an object whose values are padded base64");
  }
  if (bytes.length > PLAINTEXT_BYTES_MAX) throw new DomainError("TOO_LARGE", "A field holds at most 16 MiB.");
  return bytes;
};

/** @throws `INVALID_INPUT`, `TOO_LARGE` */
export const parsePlaintexts = (fields: Texts): Bytes =>
  fields.map(([name, text]) => [name, plaintext(text)] as const);

/** Envelopes, told from what is none before any key is used. @throws `ENVELOPE_MALFORMED`, `ENVELOPE_UNSUPPORTED` */
export const parseCiphertexts = (fields: Texts): Bytes =>
  fields.map(([name, text]) => {
    const bytes = decodeBase64(text);
    checkEnvelope(bytes);
    return [name, bytes] as const;
  });

/** The encryption context of one field. Most have no further pairs, and these four come in the order of their names. */
export const contextOf = (
  tenant: string,
  { collection, record, context }: Place,
  field: string,
): EncryptionContext => {
  const own = { collection, field, record, tenant };
  return context.length === 0 ? own : { ...Object.fromEntries(context), ...own };
};
