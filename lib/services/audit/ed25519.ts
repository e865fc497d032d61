import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { Ed25519Verify } from "#lib/audit/note.ts";

/** The fixed beginning of an Ed25519 public key in DER (RFC 8410 section 4). */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/** Ed25519 by OpenSSL: what checks the signatures of a long log in reasonable time. */
export const createEd25519Verify = (): Ed25519Verify => {
  const keys = new Map<string, KeyObject>();
  const keyOf = (bytes: Uint8Array): KeyObject => {
    const name = Buffer.from(bytes).toString("hex");
    const key =
      keys.get(name) ??
      createPublicKey({ key: Buffer.concat([SPKI_PREFIX, bytes]), format: "der", type: "spki" });
    keys.set(name, key);
    return key;
  };
  return (signature, message, publicKey) => verify(null, message, keyOf(publicKey), signature);
};
