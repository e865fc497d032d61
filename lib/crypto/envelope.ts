import { timingSafeEqual } from "node:crypto";
import { decryptFailed } from "#lib/domain/errors.ts";
import type { Dek } from "./dek.ts";
import { type EncryptionContext, encodeAad } from "./encryption-context.ts";
import { ENVELOPE_HEADER_BYTES, parseEnvelope, SALT_BYTES } from "./envelope-format.ts";
import { writeEnvelope } from "./envelope-write.ts";
import { primitives } from "./primitives.ts";
import { takeRandom } from "./random.ts";

/**
 * Encrypts one field of a record into a KFE1 envelope, under a salt of its own.
 *
 * @throws `TOO_LARGE` above 16 MiB, `INVALID_INPUT` for a context that cannot be encoded.
 */
export const encryptField = (dek: Dek, context: EncryptionContext, plaintext: Uint8Array): Buffer =>
  writeEnvelope(dek, context, plaintext, takeRandom(SALT_BYTES));

/**
 * Decrypts a KFE1 envelope. Whoever calls must know where the value lives: the context is not in the envelope.
 *
 * @throws `ENVELOPE_MALFORMED` and `ENVELOPE_UNSUPPORTED` before the key is used, `DECRYPT_FAILED` from there on.
 */
export const decryptField = (dek: Dek, context: EncryptionContext, bytes: Uint8Array): Buffer => {
  const envelope = parseEnvelope(bytes);
  const aad = encodeAad(context, ENVELOPE_HEADER_BYTES);
  if (!envelope.dekIdBytes.equals(dek.idBytes)) throw decryptFailed("dek_id");
  envelope.header.copy(aad);
  const keys = primitives().derive(dek.key, envelope.salt);
  try {
    // Compared before GCM runs: AES-GCM alone does not commit to its key (CVE-2025-14762).
    if (!timingSafeEqual(keys.commitment, envelope.commitment)) throw decryptFailed("commitment");
    const plaintext = keys.open(aad, envelope.ciphertext, envelope.tag);
    if (plaintext === null) throw decryptFailed("payload_tag");
    return plaintext;
  } finally {
    keys.close();
  }
};

export { checkEnvelope, type Envelope, PLAINTEXT_BYTES_MAX, parseEnvelope } from "./envelope-format.ts";
