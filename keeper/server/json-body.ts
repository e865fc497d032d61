import { isUtf8 } from "node:buffer";
import { DomainError } from "#lib/domain/errors.ts";

/**
 * A body's JSON; nothing for an empty one. Bytes that are not UTF-8 are refused: decoding would put other characters in
 * their place without a word. `__proto__` stays a property like any other, so parsed bodies are read by own properties.
 */
export const parseJsonBody = (bytes: Buffer): unknown => {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw new DomainError("INVALID_INPUT", "The body is not UTF-8.");
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    // The parser's message repeats a part of the body.
    throw new DomainError("INVALID_INPUT", "The body is not JSON.");
  }
};
