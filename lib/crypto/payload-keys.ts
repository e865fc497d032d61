import { hkdfSync, type KeyObject } from "node:crypto";
import { gcmOpenParts, gcmSeal } from "./aead.ts";
import { COMMITMENT_BYTES, SUITE } from "./envelope-format.ts";
import { KEY_BYTES, secretKeyOf } from "./secret-key.ts";

/** What a DEK and a salt give: the envelope's commitment, and its AES-256-GCM. Good until the next are derived. */
export type PayloadKeys = {
  commitment: Uint8Array;
  /** Writes ciphertext and tag into `out` at `offset`. */
  seal(aad: Uint8Array, plaintext: Uint8Array, out: Buffer, offset: number): void;
  /** The plaintext, which is the caller's, or null when the tag does not fit. */
  open(aad: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array): Buffer | null;
  /** Forgets the key. */
  close(): void;
};

// The derivation of AWS Encryption SDK suite 0x0478: the key's info carries the suite, the commitment's does not.
export const KEY_INFO = Buffer.concat([
  Buffer.from([SUITE >> 8, SUITE & 0xff]),
  Buffer.from("DERIVEKEY", "ascii"),
]);
export const COMMITMENT_INFO = Buffer.from("COMMITKEY", "ascii");

/** 11 zero bytes, then 01: the key encrypts once, which is why its IV may be constant. */
export const PAYLOAD_IV: Uint8Array = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

/** A payload's keys by node:crypto. */
export const nodePayloadKeys = (dek: KeyObject, salt: Uint8Array): PayloadKeys => {
  const derive = (info: Uint8Array, length: number): Uint8Array =>
    new Uint8Array(hkdfSync("sha512", dek, salt, info, length));
  const key = (): KeyObject => secretKeyOf(derive(KEY_INFO, KEY_BYTES));
  return {
    commitment: derive(COMMITMENT_INFO, COMMITMENT_BYTES),
    seal: (...message) => gcmSeal(key(), PAYLOAD_IV, ...message),
    open: (...message) => gcmOpenParts(key(), PAYLOAD_IV, ...message),
    close: () => {},
  };
};
