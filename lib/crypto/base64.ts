import { malformed } from "./format-errors.ts";
import { viewOf } from "./uuid.ts";

/** Standard padded base64 (RFC 4648 section 4), the one text form of bytes in the API. */
export const encodeBase64 = (bytes: Uint8Array): string => viewOf(bytes).toString("base64");

/**
 * Strict: padding, alphabet and trailing bits must be canonical, so that two texts never stand for the same bytes.
 *
 * @throws `ENVELOPE_MALFORMED`
 */
export const decodeBase64 = (text: string): Buffer => decodeCanonical(text, "base64");

/** base64url without padding (RFC 4648 section 5), the text form of a column. */
export const encodeBase64Url = (bytes: Uint8Array): string => viewOf(bytes).toString("base64url");

/**
 * Strict, as `decodeBase64`; padding is refused.
 *
 * @throws `ENVELOPE_MALFORMED`
 */
export const decodeBase64Url = (text: string): Buffer => decodeCanonical(text, "base64url");

/**
 * Node passes over what it cannot read and drops left-over bits. What it writes is canonical: a text that does not come
 * back the same was not.
 */
const decodeCanonical = (text: string, encoding: "base64" | "base64url"): Buffer => {
  const bytes = Buffer.from(text, encoding);
  if (bytes.toString(encoding) !== text) throw malformed(`${encoding} text`);
  return bytes;
};
