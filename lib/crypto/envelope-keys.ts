import { hkdfSync, type KeyObject } from "node:crypto";
import { COMMITMENT_BYTES, SUITE } from "./envelope-format.ts";
import { KEY_BYTES, secretKeyOf } from "./secret-key.ts";

// The derivation of AWS Encryption SDK suite 0x0478: the key's info carries the suite, the commitment's does not.
const KEY_INFO = Buffer.concat([Buffer.from([SUITE >> 8, SUITE & 0xff]), Buffer.from("DERIVEKEY", "ascii")]);
const COMMITMENT_INFO = Buffer.from("COMMITKEY", "ascii");

/** The envelope's own key. It encrypts once, which is why the IV may be constant. */
export const derivePayloadKey = (dek: KeyObject, salt: Uint8Array): KeyObject =>
  secretKeyOf(new Uint8Array(hkdfSync("sha512", dek, salt, KEY_INFO, KEY_BYTES)));

/** What the envelope says of the DEK, so that it opens under one DEK alone. */
export const deriveCommitment = (dek: KeyObject, salt: Uint8Array): Buffer =>
  Buffer.from(hkdfSync("sha512", dek, salt, COMMITMENT_INFO, COMMITMENT_BYTES));

/** 11 zero bytes, then 01. */
export const PAYLOAD_IV: Uint8Array = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
