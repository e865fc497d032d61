import { sha256 } from "@noble/hashes/sha2.js";
import { DomainError } from "#lib/domain/errors.ts";
import { compareBytes, concatBytes, fromBase64Url, toBase64Url, toHex, utf8 } from "./bytes.ts";
import { ENC_BYTES, hpkeOpen, hpkeSeal, newKeyPair } from "./hpke.ts";
import { canonicalPairs } from "./pairs.ts";

/** Where a sealed secret belongs: cut out and put elsewhere, it does not open. */
export type SealedPlace = { tenant: string; connection: string; field: string; revision: number };

const MAGIC = Uint8Array.of(0x4b, 0x46, 0x53);
const VERSION = 0x01;
const KEY_ID_AT = 4;
const KEY_ID_BYTES = 8;
const ENC_AT = KEY_ID_AT + KEY_ID_BYTES;
const CIPHERTEXT_AT = ENC_AT + ENC_BYTES;
const TAG_BYTES = 16;
const INFO = utf8("keyfold/sealed/v1");

const aadOf = ({ tenant, connection, field, revision }: SealedPlace): Uint8Array =>
  canonicalPairs({ tenant, connection, field, revision: String(revision) });

/** A recipient's id: the first bytes of the SHA-256 of its public key (`docs/formats.md#sealed-secrets`). */
export const sealingKeyId = (publicKey: Uint8Array): Uint8Array =>
  sha256(publicKey).subarray(0, KEY_ID_BYTES);

/** A fresh recipient, its id in hex. */
export const newSealingKey = (): { id: string; privateKey: Uint8Array; publicKey: Uint8Array } => {
  const pair = newKeyPair();
  return { id: toHex(sealingKeyId(pair.publicKey)), ...pair };
};

/** Seals a secret to the keepers where it is typed: whoever carries it cannot read it. The answer is base64url. */
export const sealSecret = async (
  publicKey: Uint8Array,
  place: SealedPlace,
  secret: string,
): Promise<string> => {
  const { enc, ciphertext } = await hpkeSeal(publicKey, {
    info: INFO,
    aad: aadOf(place),
    plaintext: utf8(secret),
  });
  return toBase64Url(concatBytes(MAGIC, Uint8Array.of(VERSION), sealingKeyId(publicKey), enc, ciphertext));
};

export type ParsedSecret = { keyId: string; enc: Uint8Array; ciphertext: Uint8Array };

/**
 * Takes a sealed secret apart without a key.
 *
 * @throws `ENVELOPE_MALFORMED` (encoding, magic, length), `ENVELOPE_UNSUPPORTED` (version).
 */
export const parseSealedSecret = (text: string): ParsedSecret => {
  const malformed = () => new DomainError("ENVELOPE_MALFORMED", "This is not a sealed secret.");
  let bytes: Uint8Array;
  try {
    bytes = fromBase64Url(text);
  } catch {
    throw malformed();
  }
  if (bytes.length < CIPHERTEXT_AT + TAG_BYTES || compareBytes(bytes.subarray(0, 3), MAGIC) !== 0)
    throw malformed();
  if (toBase64Url(bytes) !== text) throw malformed();
  if (bytes[3] !== VERSION)
    throw new DomainError("ENVELOPE_UNSUPPORTED", "A sealed secret of this version is not known.");
  return {
    keyId: toHex(bytes.subarray(KEY_ID_AT, ENC_AT)),
    enc: bytes.subarray(ENC_AT, CIPHERTEXT_AT),
    ciphertext: bytes.subarray(CIPHERTEXT_AT),
  };
};

/** Opens a sealed secret for its place; the caller wipes the answer. Throws `DECRYPT_FAILED` and says no more. */
export const openSecret = async (
  privateKey: Uint8Array,
  { enc, ciphertext }: ParsedSecret,
  place: SealedPlace,
): Promise<Uint8Array> => {
  try {
    return await hpkeOpen(privateKey, enc, { info: INFO, aad: aadOf(place), ciphertext });
  } catch (cause) {
    throw new DomainError("DECRYPT_FAILED", "The sealed secret could not be opened.", { cause });
  }
};
