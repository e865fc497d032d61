import { p256 } from "@noble/curves/nist.js";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8 } from "./bytes.ts";

/** An AEAD of HPKE, by its number in RFC 9180, 7.3, and the length of its key. */
export type Aead = { id: number; keyBytes: number };
export const AES_256_GCM: Aead = { id: 0x0002, keyBytes: 32 };

const KEM_ID = 0x0010;
const KDF_ID = 0x0001;
const NONCE_BYTES = 12;
const MODE_BASE = 0x00;
/** A point of P-256, not compressed. */
export const ENC_BYTES = 65;
const EMPTY = new Uint8Array();

const u16 = (n: number): Uint8Array => Uint8Array.of(n >>> 8, n & 0xff);
const KEM_SUITE = concatBytes(utf8("KEM"), u16(KEM_ID));

const labeledExtract = (suite: Uint8Array, salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array =>
  extract(sha256, concatBytes(utf8("HPKE-v1"), suite, utf8(label), ikm), salt);

const labeledExpand = (
  suite: Uint8Array,
  prk: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array =>
  expand(sha256, prk, concatBytes(u16(length), utf8("HPKE-v1"), suite, utf8(label), info), length);

/** RFC 9180, 4.1: DHKEM(P-256, HKDF-SHA256), from the shared point. */
const sharedSecret = (privateKey: Uint8Array, publicKey: Uint8Array, context: Uint8Array): Uint8Array => {
  const dh = p256.getSharedSecret(privateKey, publicKey, false).subarray(1, 33);
  const prk = labeledExtract(KEM_SUITE, EMPTY, "eae_prk", dh);
  return labeledExpand(KEM_SUITE, prk, "shared_secret", context, 32);
};

/** RFC 9180, 5.1: the key schedule of the base mode. */
const keySchedule = (shared: Uint8Array, info: Uint8Array, aead: Aead) => {
  const suite = concatBytes(utf8("HPKE"), u16(KEM_ID), u16(KDF_ID), u16(aead.id));
  const context = concatBytes(
    Uint8Array.of(MODE_BASE),
    labeledExtract(suite, EMPTY, "psk_id_hash", EMPTY),
    labeledExtract(suite, EMPTY, "info_hash", info),
  );
  const secret = labeledExtract(suite, shared, "secret", EMPTY);
  return {
    key: labeledExpand(suite, secret, "key", context, aead.keyBytes),
    nonce: labeledExpand(suite, secret, "base_nonce", context, NONCE_BYTES),
  };
};

const gcmKey = (bytes: Uint8Array, use: "encrypt" | "decrypt"): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", concatBytes(bytes), "AES-GCM", false, [use]);

export type HpkeMessage = { info: Uint8Array; aad: Uint8Array; plaintext: Uint8Array };

/** Seals one message to a public key under an ephemeral key that is given; only for vectors. */
export const sealWith = async (
  ephemeral: Uint8Array,
  publicKey: Uint8Array,
  { info, aad, plaintext }: HpkeMessage,
  aead: Aead = AES_256_GCM,
): Promise<{ enc: Uint8Array; ciphertext: Uint8Array }> => {
  const enc = p256.getPublicKey(ephemeral, false);
  const { key, nonce } = keySchedule(
    sharedSecret(ephemeral, publicKey, concatBytes(enc, publicKey)),
    info,
    aead,
  );
  const ciphertext = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: concatBytes(nonce), additionalData: concatBytes(aad) },
    await gcmKey(key, "encrypt"),
    concatBytes(plaintext),
  );
  return { enc, ciphertext: new Uint8Array(ciphertext) };
};

/** RFC 9180, 6.1: seals one message to a public key. */
export const hpkeSeal = (publicKey: Uint8Array, message: HpkeMessage) =>
  sealWith(p256.utils.randomSecretKey(), publicKey, message);

/** Opens what was sealed to our public key; throws when it was not, or says something else. */
export const hpkeOpen = async (
  privateKey: Uint8Array,
  enc: Uint8Array,
  { info, aad, ciphertext }: { info: Uint8Array; aad: Uint8Array; ciphertext: Uint8Array },
  aead: Aead = AES_256_GCM,
): Promise<Uint8Array> => {
  const publicKey = p256.getPublicKey(privateKey, false);
  const { key, nonce } = keySchedule(sharedSecret(privateKey, enc, concatBytes(enc, publicKey)), info, aead);
  const plaintext = await crypto.subtle.decrypt(
    { name: "AES-GCM", iv: concatBytes(nonce), additionalData: concatBytes(aad) },
    await gcmKey(key, "decrypt"),
    concatBytes(ciphertext),
  );
  return new Uint8Array(plaintext);
};

export const newKeyPair = (): { privateKey: Uint8Array; publicKey: Uint8Array } => {
  const privateKey = p256.utils.randomSecretKey();
  return { privateKey, publicKey: p256.getPublicKey(privateKey, false) };
};
