import { DomainError, decryptFailed } from "#lib/domain/errors.ts";
import { decodeBase64Url, encodeBase64Url } from "./base64.ts";
import { parseEnvelope } from "./envelope-format.ts";
import { malformed } from "./format-errors.ts";
import { uuidText, viewOf } from "./uuid.ts";
import { checkWrappedDek, parseWrappedDek, WRAPPED_DEK_BYTES } from "./wrapped-dek-format.ts";

// docs/formats.md#where-envelopes-stand
const MAGIC = 0x4b31;
const WRAPPED_AT = 4;
export const COLUMN_HEAD_BYTES = WRAPPED_AT + WRAPPED_DEK_BYTES;
export const COLUMN_HEAD_CHARACTERS = (COLUMN_HEAD_BYTES / 3) * 4;

/** The one-column form: wrapped DEK and envelope in one value. */
export const joinColumn = (wrapped: Uint8Array, envelope: Uint8Array): Buffer => {
  requireSameDek(wrapped, envelope);
  return Buffer.concat([columnHead(wrapped), envelope]);
};

/**
 * Takes a one-column value apart: views of its bytes, not copies.
 *
 * @throws `ENVELOPE_MALFORMED`, `ENVELOPE_UNSUPPORTED`; `DECRYPT_FAILED` when the parts name different DEKs.
 */
export const splitColumn = (bytes: Uint8Array): { wrapped: Buffer; envelope: Buffer } => {
  const view = viewOf(bytes);
  if (
    view.length < WRAPPED_AT ||
    view.readUInt16BE(0) !== MAGIC ||
    view.readUInt16BE(2) !== WRAPPED_DEK_BYTES
  ) {
    throw malformed("one-column value");
  }
  const wrapped = view.subarray(WRAPPED_AT, COLUMN_HEAD_BYTES);
  const envelope = view.subarray(COLUMN_HEAD_BYTES);
  requireSameDek(wrapped, envelope);
  return { wrapped, envelope };
};

/** A one-column value as text: base64url without padding. */
export const columnToText = (bytes: Uint8Array): string => encodeBase64Url(bytes);

/** The bytes of a one-column value in text; non-canonical trailing bits are refused. */
export const columnFromText = (text: string): Buffer => decodeBase64Url(text);

/**
 * Puts a rewrapped DEK in the place of the old one. Only the head is compared and replaced.
 *
 * @throws `CONFLICT` when the value does not begin with `old`: somebody wrote it meanwhile.
 */
export const replaceWrapped = (column: Uint8Array, old: Uint8Array, moved: Uint8Array): Buffer => {
  const head = rewrappedHead(old, moved);
  if (!viewOf(column).subarray(0, COLUMN_HEAD_BYTES).equals(columnHead(old))) throw changed();
  return Buffer.concat([head, column.subarray(COLUMN_HEAD_BYTES)]);
};

/** The same in text: the head is exactly 140 characters, so the rest is neither read nor encoded again. */
export const replaceWrappedText = (column: string, old: Uint8Array, moved: Uint8Array): string => {
  const head = rewrappedHead(old, moved);
  if (!column.startsWith(encodeBase64Url(columnHead(old)))) throw changed();
  return encodeBase64Url(head) + column.slice(COLUMN_HEAD_CHARACTERS);
};

const columnHead = (wrapped: Uint8Array): Buffer => {
  const head = Buffer.allocUnsafeSlow(COLUMN_HEAD_BYTES);
  head.writeUInt16BE(MAGIC, 0);
  head.writeUInt16BE(WRAPPED_DEK_BYTES, 2);
  head.set(checkWrappedDek(wrapped), WRAPPED_AT);
  return head;
};

const rewrappedHead = (old: Uint8Array, moved: Uint8Array): Buffer => {
  if (parseWrappedDek(old).dekId !== parseWrappedDek(moved).dekId) throw decryptFailed("dek_id");
  return columnHead(moved);
};

const requireSameDek = (wrapped: Uint8Array, envelope: Uint8Array): void => {
  if (parseWrappedDek(wrapped).dekId !== uuidText(parseEnvelope(envelope).dekIdBytes))
    throw decryptFailed("dek_id");
};

const changed = (): DomainError => new DomainError("CONFLICT", "The value changed meanwhile.");
