import { isUuid } from "#lib/domain/ids.ts";
import { takeRandom } from "./random.ts";

export const UUID_BYTES = 16;

/** The 16 bytes of a lower-case hyphenated UUID. Anything else is a fault of the caller. */
export const uuidBytes = (text: string): Buffer => {
  if (!isUuid(text)) throw new TypeError("An id is a lower-case hyphenated UUID.");
  return Buffer.from(text.replaceAll("-", ""), "hex");
};

/** The UUID text of the 16 bytes at `offset`. */
export const uuidText = (bytes: Uint8Array, offset = 0): string => {
  const hex = viewOf(bytes).toString("hex", offset, offset + UUID_BYTES);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

/** A new UUIDv7 in text. */
export const newUuid = (now?: number): string => uuidText(newUuidBytes(now));

/** The bytes of a new UUIDv7 (RFC 9562 section 5.7) whose random bits come from the pool. */
export const newUuidBytes = (now: number = Date.now()): Buffer => {
  const bytes = takeRandom(UUID_BYTES);
  bytes.writeUIntBE(now, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes;
};

/** The same memory as a Buffer; nothing is copied. */
export const viewOf = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
