import { decryptFailed } from "#lib/domain/errors.ts";

/** A byte-order mark at the beginning of a value is part of it. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The text of a field's plaintext (`docs/formats.md#payload-envelope-kfe1`).
 *
 * @throws `DECRYPT_FAILED` for bytes that are not UTF-8: a reader never hands out another text than was written.
 */
export const decodeFieldText = (plaintext: Uint8Array): string => {
  try {
    return utf8.decode(plaintext);
  } catch {
    throw decryptFailed("not_text");
  }
};
