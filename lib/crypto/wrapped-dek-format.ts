import { NONCE_BYTES, TAG_BYTES } from "./aead.ts";
import type { Dek } from "./dek.ts";
import { encodePairs } from "./encryption-context.ts";
import { malformed, unsupported } from "./format-errors.ts";
import type { Kek } from "./kek.ts";
import { KEY_BYTES } from "./secret-key.ts";
import { UUID_BYTES, uuidText, viewOf } from "./uuid.ts";

// docs/formats.md#wrapped-dek-kfw1
const MAGIC = 0x4b46_57;
const VERSION = 0x01;
const MODE_KEK = 0x01;
export const DEK_ID_AT = 5;
export const KEY_ID_AT = DEK_ID_AT + UUID_BYTES;
export const KEY_VERSION_AT = KEY_ID_AT + UUID_BYTES;
export const NONCE_AT = KEY_VERSION_AT + 4;
export const WRAPPED_AT = NONCE_AT + NONCE_BYTES;
export const WRAPPED_DEK_BYTES = WRAPPED_AT + KEY_BYTES + TAG_BYTES;

/** What a wrapped DEK is bound to beside its own header: the key's immutable name and the tenant's id. */
export type WrapBinding = { purpose: string; tenant: string };

/** The parts of a KFW1 blob: views of its bytes, not copies. */
export type WrappedDek = {
  dekId: string;
  keyId: string;
  keyVersion: number;
  nonce: Buffer;
  ciphertext: Buffer;
};

/**
 * Takes a wrapped DEK apart without a key. What it does not know it refuses.
 *
 * @throws `ENVELOPE_MALFORMED` (magic, length), `ENVELOPE_UNSUPPORTED` (version, mode).
 */
export const parseWrappedDek = (bytes: Uint8Array): WrappedDek => {
  const view = checkWrappedDek(bytes);
  return {
    dekId: uuidText(view, DEK_ID_AT),
    keyId: uuidText(view, KEY_ID_AT),
    keyVersion: view.readUInt32BE(KEY_VERSION_AT),
    nonce: view.subarray(NONCE_AT, WRAPPED_AT),
    ciphertext: view.subarray(WRAPPED_AT),
  };
};

/** The checks of `parseWrappedDek` alone, for where the parts are not wanted. */
export const checkWrappedDek = (bytes: Uint8Array): Buffer => {
  const view = viewOf(bytes);
  if (view.length < DEK_ID_AT || view.readUIntBE(0, 3) !== MAGIC) throw malformed("wrapped DEK");
  if (view[3] !== VERSION || view[4] !== MODE_KEK) throw unsupported("wrapped DEK");
  if (view.length !== WRAPPED_DEK_BYTES) throw malformed("wrapped DEK");
  return view;
};

/** Writes the 41 bytes before the nonce. */
export const writeWrappedDekHeader = (out: Buffer, dek: Dek, kek: Kek): void => {
  out.writeUIntBE(MAGIC, 0, 3);
  out.writeUInt8(VERSION, 3);
  out.writeUInt8(MODE_KEK, 4);
  out.set(dek.idBytes, DEK_ID_AT);
  out.set(kek.keyIdBytes, KEY_ID_AT);
  out.writeUInt32BE(kek.version, KEY_VERSION_AT);
};

/** Does the blob say that this key version wrapped it? */
export const namesKek = (view: Buffer, kek: Kek): boolean =>
  view.readUInt32BE(KEY_VERSION_AT) === kek.version &&
  view.compare(kek.keyIdBytes, 0, UUID_BYTES, KEY_ID_AT, KEY_VERSION_AT) === 0;

/** The canonical binding, with room for `before` bytes in front of it. */
export const encodeWrapBinding = ({ purpose, tenant }: WrapBinding, before = 0): Buffer =>
  encodePairs({ purpose, tenant }, before);

/** AAD: the bytes before the nonce, then the canonical binding. */
export const wrappedDekAad = (view: Buffer, binding: WrapBinding): Buffer => {
  const aad = encodeWrapBinding(binding, NONCE_AT);
  view.copy(aad, 0, 0, NONCE_AT);
  return aad;
};
