import { DomainError } from "#lib/domain/errors.ts";
import type { Dek } from "./dek.ts";
import { type EncryptionContext, encodeAad } from "./encryption-context.ts";
import {
  ENVELOPE_HEADER_BYTES,
  ENVELOPE_OVERHEAD_BYTES,
  PLAINTEXT_BYTES_MAX,
  SALT_BYTES,
  writeEnvelopeHeader,
} from "./envelope-format.ts";
import { primitives } from "./primitives.ts";

/** Writes an envelope under a salt that is given. Only for vectors; a salt used twice under one DEK breaks the encryption. */
export const writeEnvelope = (
  dek: Dek,
  context: EncryptionContext,
  plaintext: Uint8Array,
  salt: Uint8Array,
): Buffer => {
  if (plaintext.length > PLAINTEXT_BYTES_MAX)
    throw new DomainError("TOO_LARGE", "A field holds at most 16 MiB.");
  if (salt.length !== SALT_BYTES) throw new RangeError("A salt has 32 bytes.");
  const aad = encodeAad(context, ENVELOPE_HEADER_BYTES);
  const envelope = Buffer.allocUnsafe(ENVELOPE_OVERHEAD_BYTES + plaintext.length);
  const keys = primitives().derive(dek.key, salt);
  try {
    writeEnvelopeHeader(envelope, dek.idBytes, salt, keys.commitment);
    envelope.copy(aad, 0, 0, ENVELOPE_HEADER_BYTES);
    keys.seal(aad, plaintext, envelope, ENVELOPE_HEADER_BYTES);
    return envelope;
  } finally {
    keys.close();
  }
};
