import { NONCE_BYTES, TAG_BYTES } from "./aead.ts";
import { encodePairs } from "./encryption-context.ts";
import { malformed, unsupported } from "./format-errors.ts";
import { viewOf } from "./uuid.ts";

// docs/formats.md#sealed-under-the-keyring-kfk1
const MAGIC = 0x4b46_4b;
const VERSION = 0x01;
const GENERATION_AT = 4;
export const SEAL_NONCE_AT = GENERATION_AT + 4;
export const SEALED_AT = SEAL_NONCE_AT + NONCE_BYTES;

/** The one cell that a sealed secret may stand in. */
export type SealBinding = { table: string; column: string; id: string; tenant: string };

export type Sealed = { generation: number; nonce: Buffer; ciphertext: Buffer };

/**
 * Takes a sealed secret apart without a key.
 *
 * @throws `ENVELOPE_MALFORMED` (magic, length), `ENVELOPE_UNSUPPORTED` (version).
 */
export const parseSealed = (bytes: Uint8Array): Sealed => {
  const view = viewOf(bytes);
  if (view.length < GENERATION_AT || view.readUIntBE(0, 3) !== MAGIC) throw malformed("sealed secret");
  if (view[3] !== VERSION) throw unsupported("sealed secret");
  if (view.length < SEALED_AT + TAG_BYTES) throw malformed("sealed secret");
  return {
    generation: view.readUInt32BE(GENERATION_AT),
    nonce: view.subarray(SEAL_NONCE_AT, SEALED_AT),
    ciphertext: view.subarray(SEALED_AT),
  };
};

/** Writes the 8 bytes before the nonce. */
export const writeSealHeader = (out: Buffer, generation: number): void => {
  out.writeUIntBE(MAGIC, 0, 3);
  out.writeUInt8(VERSION, 3);
  out.writeUInt32BE(generation, GENERATION_AT);
};

/** AAD: the bytes before the nonce, then the canonical binding. */
export const encodeSealAad = (bytes: Uint8Array, { column, id, table, tenant }: SealBinding): Buffer =>
  Buffer.concat([bytes.subarray(0, SEAL_NONCE_AT), encodePairs({ column, id, table, tenant })]);
