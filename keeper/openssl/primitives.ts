import type { KeyObject } from "node:crypto";
import { NONCE_BYTES, TAG_BYTES } from "#lib/crypto/aead.ts";
import { COMMITMENT_INFO, KEY_INFO, PAYLOAD_IV, type PayloadKeys } from "#lib/crypto/payload-keys.ts";
import { nodePrimitives, type Primitives } from "#lib/crypto/primitives.ts";
import { KEY_BYTES, withKeyBytes } from "#lib/crypto/secret-key.ts";
import { type Direction, must, type OpenSsl, openSsl } from "./bind.ts";
import { GET_TAG, newGcm, SET_TAG } from "./gcm-context.ts";

const NO_KEY = new Uint8Array(KEY_BYTES);
const DIGEST_BYTES = 64;
/** HKDF-Expand of one block: what is asked for, then the block's number (RFC 5869 section 2.3). */
const firstBlock = (info: Uint8Array): Uint8Array => Buffer.concat([info, Uint8Array.of(1)]);
const KEY_BLOCK = firstBlock(KEY_INFO);
const COMMITMENT_BLOCK = firstBlock(COMMITMENT_INFO);

/**
 * Makes contexts forget their last key at the end of the turn: the next message's key takes its place anyway, and to
 * forget each one costs a tenth of the message.
 */
const createForgetting = (forget: () => void): (() => void) => {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    setImmediate(() => {
      due = false;
      forget();
    });
  };
};

/** AES-256-GCM whose contexts know a key no longer than the turn of its message. */
const createGcm = (ssl: OpenSsl, forgetSoon: () => void) => {
  const encrypting = newGcm(ssl, ssl.encrypt, NO_KEY);
  const decrypting = newGcm(ssl, ssl.decrypt, NO_KEY);
  const length = new Uint8Array(4);
  const tag = new Uint8Array(TAG_BYTES);
  const begin = (
    { init, update }: Direction,
    context: unknown,
    [key, nonce, aad]: readonly [Uint8Array, Uint8Array, Uint8Array],
  ): void => {
    if (key.length !== KEY_BYTES || nonce.length !== NONCE_BYTES)
      throw new RangeError("Not a key, or not a nonce.");
    must(init(context, null, null, key, nonce));
    must(update(context, null, length, aad, aad.length));
  };
  const forget = (): void => {
    must(ssl.encrypt.init(encrypting, null, null, NO_KEY, null));
    must(ssl.decrypt.init(decrypting, null, null, NO_KEY, null));
  };
  return {
    forget,
    seal: (
      key: Uint8Array,
      nonce: Uint8Array,
      aad: Uint8Array,
      plaintext: Uint8Array,
      out: Buffer,
      offset: number,
    ): void => {
      const size = plaintext.length;
      // OpenSSL writes wherever it is told to.
      if (offset < 0 || offset + size + TAG_BYTES > out.length)
        throw new RangeError("The message does not fit.");
      const { update, final } = ssl.encrypt;
      try {
        begin(ssl.encrypt, encrypting, [key, nonce, aad]);
        must(update(encrypting, out.subarray(offset), length, plaintext, size));
        must(final(encrypting, tag, length));
        must(ssl.control(encrypting, GET_TAG, TAG_BYTES, tag));
        out.set(tag, offset + size);
        forgetSoon();
      } catch (error) {
        forget();
        throw error;
      }
    },
    open: (
      key: Uint8Array,
      nonce: Uint8Array,
      aad: Uint8Array,
      ciphertext: Uint8Array,
      givenTag: Uint8Array,
    ): Buffer | null => {
      if (givenTag.length !== TAG_BYTES) throw new RangeError("A tag has 16 bytes.");
      const { update, final } = ssl.decrypt;
      const plaintext = Buffer.allocUnsafe(ciphertext.length);
      let fits = false;
      try {
        begin(ssl.decrypt, decrypting, [key, nonce, aad]);
        must(update(decrypting, plaintext, length, ciphertext, ciphertext.length));
        tag.set(givenTag);
        must(ssl.control(decrypting, SET_TAG, TAG_BYTES, tag));
        fits = final(decrypting, tag, length) === 1;
        forgetSoon();
      } catch (error) {
        forget();
        throw error;
      } finally {
        // Nothing unauthenticated gets out.
        if (!fits) plaintext.fill(0);
      }
      return fits ? plaintext : null;
    },
  };
};

/** HKDF-SHA-512 of a DEK and a salt, both of whose outputs have one block. */
const createHkdf = (ssl: OpenSsl, forgetSoon: () => void) => {
  const context = ssl.newHmac();
  const { init, update, final } = ssl.hmac;
  const prk = new Uint8Array(DIGEST_BYTES);
  /** Without a key it goes on under the last one. */
  const hmac = (key: Uint8Array | null, message: Uint8Array, out: Uint8Array): void => {
    must(init(context, key, key?.length ?? 0, null));
    must(update(context, message, message.length));
    must(final(context, out, null, DIGEST_BYTES));
  };
  const forget = (): void => must(init(context, NO_KEY, KEY_BYTES, null));
  const derive = (dek: Uint8Array, salt: Uint8Array, key: Uint8Array, commitment: Uint8Array): void => {
    try {
      hmac(salt, dek, prk);
      hmac(prk, KEY_BLOCK, key);
      hmac(null, COMMITMENT_BLOCK, commitment);
      forgetSoon();
    } catch (error) {
      key.fill(0);
      forget();
      throw error;
    } finally {
      prk.fill(0);
    }
  };
  return { derive, forget };
};

/** Those of this OpenSSL. A key is forgotten when the turn of its message is done, and of a message that failed at once. */
export const createPrimitives = (ssl: OpenSsl): Primitives => {
  const forgetSoon = createForgetting(() => {
    gcm.forget();
    hkdf.forget();
  });
  const gcm = createGcm(ssl, forgetSoon);
  const hkdf = createHkdf(ssl, forgetSoon);
  const [keyDigest, commitmentDigest] = [new Uint8Array(DIGEST_BYTES), new Uint8Array(DIGEST_BYTES)];
  const key = keyDigest.subarray(0, KEY_BYTES);
  const keys: PayloadKeys = {
    commitment: commitmentDigest.subarray(0, KEY_BYTES),
    seal: (aad, plaintext, out, offset) => gcm.seal(key, PAYLOAD_IV, aad, plaintext, out, offset),
    open: (aad, ciphertext, tag) => gcm.open(key, PAYLOAD_IV, aad, ciphertext, tag),
    close: () => void keyDigest.fill(0),
  };
  return {
    derive: (dek: KeyObject, salt) => {
      withKeyBytes(dek, (bytes) => hkdf.derive(bytes, salt, keyDigest, commitmentDigest));
      return keys;
    },
    seal: (kek, nonce, aad, plaintext, out, offset) =>
      withKeyBytes(kek, (bytes) => gcm.seal(bytes, nonce, aad, plaintext, out, offset)),
    open: (kek, nonce, aad, ciphertext, tag) =>
      withKeyBytes(kek, (bytes) => gcm.open(bytes, nonce, aad, ciphertext, tag)),
  };
};

/**
 * The cryptography of envelopes by OpenSSL's own functions, without an object for each message or derivation, which
 * cost several times what they do. Where they cannot be called, node:crypto serves: the same bytes, slower.
 */
export const findPrimitives = async (): Promise<Primitives> => {
  const ssl = await openSsl();
  return ssl ? createPrimitives(ssl) : nodePrimitives;
};
