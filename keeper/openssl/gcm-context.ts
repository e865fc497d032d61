import { NONCE_BYTES } from "#lib/crypto/aead.ts";
import { KEY_BYTES } from "#lib/crypto/secret-key.ts";
import { type Context, type Direction, must, type OpenSsl } from "./bind.ts";

const SET_IV_LENGTH = 0x09;
export const GET_TAG = 0x10;
export const SET_TAG = 0x11;

/** AES-256-GCM in one direction under a key, which later calls may change. */
export const newGcm = (ssl: OpenSsl, { init }: Direction, key: Uint8Array): Context => {
  if (key.length !== KEY_BYTES) throw new RangeError("A key has 32 bytes.");
  const context = ssl.newCipher();
  must(init(context, ssl.aes256Gcm(), null, null, null));
  must(ssl.control(context, SET_IV_LENGTH, NONCE_BYTES, null));
  must(init(context, null, null, key, null));
  return context;
};
