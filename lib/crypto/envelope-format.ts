import { TAG_BYTES } from "./aead.ts";
import { malformed, unsupported } from "./format-errors.ts";
import { UUID_BYTES, viewOf } from "./uuid.ts";

// docs/formats.md#payload-envelope-kfe1
const MAGIC = 0x4b46_45;
const VERSION = 0x01;
export const SUITE = 0x0478;
const FLAGS = 0x0000;
const BEGINNING = Uint8Array.of(MAGIC >> 16, MAGIC >> 8, MAGIC, VERSION, SUITE >> 8, SUITE, FLAGS, FLAGS);
const DEK_ID_AT = 8;
const SALT_AT = DEK_ID_AT + UUID_BYTES;
export const SALT_BYTES = 32;
const COMMITMENT_AT = SALT_AT + SALT_BYTES;
export const COMMITMENT_BYTES = 32;
export const ENVELOPE_HEADER_BYTES = COMMITMENT_AT + COMMITMENT_BYTES;
export const ENVELOPE_OVERHEAD_BYTES = ENVELOPE_HEADER_BYTES + TAG_BYTES;
export const PLAINTEXT_BYTES_MAX = 16 * 1024 * 1024;

/** The parts of a KFE1 envelope: views of its bytes, not copies. */
export type Envelope = {
  dekIdBytes: Buffer;
  header: Buffer;
  salt: Buffer;
  commitment: Buffer;
  ciphertext: Buffer;
  tag: Buffer;
};

/**
 * Takes an envelope apart without a key. What it does not know it refuses.
 *
 * @throws `ENVELOPE_MALFORMED` (magic, length), `ENVELOPE_UNSUPPORTED` (version, suite, flags).
 */
export const parseEnvelope = (bytes: Uint8Array): Envelope => {
  const view = checkEnvelope(bytes);
  return {
    dekIdBytes: view.subarray(DEK_ID_AT, SALT_AT),
    header: view.subarray(0, ENVELOPE_HEADER_BYTES),
    salt: view.subarray(SALT_AT, COMMITMENT_AT),
    commitment: view.subarray(COMMITMENT_AT, ENVELOPE_HEADER_BYTES),
    ciphertext: view.subarray(ENVELOPE_HEADER_BYTES, view.length - TAG_BYTES),
    tag: view.subarray(view.length - TAG_BYTES),
  };
};

/** The checks of `parseEnvelope` alone, for where the parts are not wanted. */
export const checkEnvelope = (bytes: Uint8Array): Buffer => {
  const view = viewOf(bytes);
  if (view.length < DEK_ID_AT || view.readUIntBE(0, 3) !== MAGIC) throw malformed("ciphertext envelope");
  if (view[3] !== VERSION || view.readUInt16BE(4) !== SUITE || view.readUInt16BE(6) !== FLAGS) {
    throw unsupported("ciphertext envelope");
  }
  const plaintextBytes = view.length - ENVELOPE_OVERHEAD_BYTES;
  if (plaintextBytes < 0 || plaintextBytes > PLAINTEXT_BYTES_MAX) throw malformed("ciphertext envelope");
  return view;
};

/** Writes the 88 bytes before the ciphertext. */
export const writeEnvelopeHeader = (
  out: Buffer,
  dekIdBytes: Uint8Array,
  salt: Uint8Array,
  commitment: Uint8Array,
): void => {
  out.set(BEGINNING, 0);
  out.set(dekIdBytes, DEK_ID_AT);
  out.set(salt, SALT_AT);
  out.set(commitment, COMMITMENT_AT);
};
