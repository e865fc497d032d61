import type { KeyObject } from "node:crypto";
import type { Gcm, GcmOf } from "#lib/crypto/aead.ts";
import { NONCE_BYTES, nodeGcm, TAG_BYTES } from "#lib/crypto/aead.ts";
import { type Context, type Direction, must, type OpenSsl, openSsl } from "./bind.ts";
import { GET_TAG, newGcm, SET_TAG } from "./gcm-context.ts";

/** The longest message and the longest AAD that it takes. A wrapped DEK's are 32 bytes and some 120. */
const MESSAGE_MAX = 256;
const AAD_MAX = 4_096;

/** Everything is copied into and out of buffers of fixed sizes: no pointer to anybody else's memory leaves this file. */
const createGcm = (ssl: OpenSsl, key: KeyObject): Gcm => {
  const [nonce, tag, length] = [new Uint8Array(NONCE_BYTES), new Uint8Array(TAG_BYTES), new Uint8Array(4)];
  const aad = new Uint8Array(AAD_MAX);
  const [from, to] = [Buffer.alloc(MESSAGE_MAX), Buffer.alloc(MESSAGE_MAX)];
  const bytes = key.export();
  const contexts = (): readonly [Context, Context] => {
    try {
      return [newGcm(ssl, ssl.encrypt, bytes), newGcm(ssl, ssl.decrypt, bytes)];
    } finally {
      bytes.fill(0);
    }
  };
  const [encrypting, decrypting] = contexts();

  /** Runs a message through; what comes out stands in `to`. */
  const pass = (
    { init, update }: Direction,
    context: Context,
    [nonceBytes, aadBytes, message]: readonly [Uint8Array, Uint8Array, Uint8Array],
  ): void => {
    if (nonceBytes.length !== NONCE_BYTES || aadBytes.length > AAD_MAX || message.length > MESSAGE_MAX)
      throw new RangeError("Not a message of a wrapped key.");
    nonce.set(nonceBytes);
    aad.set(aadBytes);
    from.set(message);
    must(init(context, null, null, null, nonce));
    must(update(context, null, length, aad, aadBytes.length));
    must(update(context, to, length, from, message.length));
  };
  return {
    seal: (nonceBytes, aadBytes, plaintext, out, offset) => {
      pass(ssl.encrypt, encrypting, [nonceBytes, aadBytes, plaintext]);
      must(ssl.encrypt.final(encrypting, tag, length));
      must(ssl.control(encrypting, GET_TAG, TAG_BYTES, tag));
      from.fill(0, 0, plaintext.length);
      to.copy(out, offset, 0, plaintext.length);
      out.set(tag, offset + plaintext.length);
    },
    open: (nonceBytes, aadBytes, ciphertext, tagBytes) => {
      if (tagBytes.length !== TAG_BYTES) throw new RangeError("Not the tag of a wrapped key.");
      pass(ssl.decrypt, decrypting, [nonceBytes, aadBytes, ciphertext]);
      tag.set(tagBytes);
      must(ssl.control(decrypting, SET_TAG, TAG_BYTES, tag));
      if (ssl.decrypt.final(decrypting, tag, length) === 1) return to.subarray(0, ciphertext.length);
      // Nothing unauthenticated gets out.
      to.fill(0, 0, ciphertext.length);
      return null;
    },
    close: () => {
      to.fill(0);
      ssl.freeCipher(encrypting);
      ssl.freeCipher(decrypting);
    },
  };
};

/**
 * AES-256-GCM for the hundred thousand small messages of a rewrap: OpenSSL's own, called without an object for every
 * message, which costs five times what the message does. Where Node's functions cannot be called so, node:crypto
 * serves: the same bytes, slower.
 */
export const findGcm = async (): Promise<GcmOf> => {
  const ssl = await openSsl();
  return ssl ? (key) => createGcm(ssl, key) : nodeGcm;
};
