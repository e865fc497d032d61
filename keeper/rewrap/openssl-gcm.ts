import type { KeyObject } from "node:crypto";
import type { Gcm, GcmOf } from "#lib/crypto/aead.ts";
import { NONCE_BYTES, nodeGcm, TAG_BYTES } from "#lib/crypto/aead.ts";

/** The longest message and the longest AAD that it takes. A wrapped DEK's are 32 bytes and some 120. */
const MESSAGE_MAX = 256;
const AAD_MAX = 4_096;
const SET_IV_LENGTH = 0x09;
const GET_TAG = 0x10;
const SET_TAG = 0x11;

type Context = unknown;
type Bytes = Uint8Array | null;
type Init = (context: Context, cipher: unknown, engine: null, key: Bytes, nonce: Bytes) => number;
type Update = (context: Context, out: Bytes, length: Uint8Array, bytes: Uint8Array, n: number) => number;
type Final = (context: Context, out: Uint8Array, length: Uint8Array) => number;
type OpenSsl = {
  aes256Gcm(): unknown;
  newContext(): Context;
  freeContext(context: Context): void;
  control(context: Context, what: number, n: number, bytes: Bytes): number;
  encrypt: { init: Init; update: Update; final: Final };
  decrypt: { init: Init; update: Update; final: Final };
};

/** The functions of the OpenSSL that node:crypto itself runs on: Node's binary exports them for addons. */
const bind = async (): Promise<OpenSsl> => {
  const { default: koffi } = await import("koffi");
  const node = koffi.load(null);
  const context = koffi.pointer(koffi.opaque());
  const bytes = "uint8_t *";
  const fn = (name: string, result: string | typeof context, types: (string | typeof context)[]) =>
    node.func(name, result, types);
  const direction = (name: "Encrypt" | "Decrypt") => ({
    init: fn(`EVP_${name}Init_ex`, "int", [context, "void *", "void *", bytes, bytes]) as Init,
    update: fn(`EVP_${name}Update`, "int", [context, bytes, bytes, bytes, "int"]) as Update,
    final: fn(`EVP_${name}Final_ex`, "int", [context, bytes, bytes]) as Final,
  });
  return {
    aes256Gcm: fn("EVP_aes_256_gcm", "void *", []),
    newContext: fn("EVP_CIPHER_CTX_new", context, []),
    freeContext: fn("EVP_CIPHER_CTX_free", "void", [context]),
    control: fn("EVP_CIPHER_CTX_ctrl", "int", [context, "int", "int", bytes]),
    encrypt: direction("Encrypt"),
    decrypt: direction("Decrypt"),
  };
};

const must = (done: number): void => {
  if (done !== 1) throw new Error("OpenSSL refused an AES-256-GCM call.");
};

/** Everything is copied into and out of buffers of fixed sizes: no pointer to anybody else's memory leaves this file. */
const createGcm = (ssl: OpenSsl, key: KeyObject): Gcm => {
  const [nonce, tag, length] = [new Uint8Array(NONCE_BYTES), new Uint8Array(TAG_BYTES), new Uint8Array(4)];
  const aad = new Uint8Array(AAD_MAX);
  const [from, to] = [Buffer.alloc(MESSAGE_MAX), Buffer.alloc(MESSAGE_MAX)];
  const bytes = key.export();
  const contextOf = ({ init }: OpenSsl["encrypt"]): Context => {
    const context = ssl.newContext();
    must(init(context, ssl.aes256Gcm(), null, null, null));
    must(ssl.control(context, SET_IV_LENGTH, NONCE_BYTES, null));
    must(init(context, null, null, bytes, null));
    return context;
  };
  const contexts = (): readonly [Context, Context] => {
    try {
      return [contextOf(ssl.encrypt), contextOf(ssl.decrypt)];
    } finally {
      bytes.fill(0);
    }
  };
  const [encrypting, decrypting] = contexts();

  /** Runs a message through; what comes out stands in `to`. */
  const pass = (
    { init, update }: OpenSsl["encrypt"],
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
      ssl.freeContext(encrypting);
      ssl.freeContext(decrypting);
    },
  };
};

/**
 * AES-256-GCM for the hundred thousand small messages of a rewrap: OpenSSL's own, called without an object for every
 * message, which costs five times what the message does. Where Node's functions cannot be called so, node:crypto
 * serves: the same bytes, slower.
 */
export const findGcm = async (): Promise<GcmOf> => {
  try {
    const ssl = await bind();
    return (key) => createGcm(ssl, key);
  } catch {
    return nodeGcm;
  }
};
