import { createHmac, timingSafeEqual } from "node:crypto";
import { encodePairs, type Pairs } from "./encryption-context.ts";
import type { Keyring } from "./keyring.ts";

/** HMAC-SHA-256 over the meaning of a row that gives power over data (`docs/formats.md#grants`). */
export const grantMac = (keyring: Keyring, table: string, pairs: Pairs): Buffer =>
  createHmac("sha256", keyring.grant)
    .update(`keyfold.grant/v1${table}`, "utf8")
    .update(encodePairs(pairs))
    .digest();

/** Is this the grant's MAC? In constant time; a MAC of another length is not. */
export const verifyGrantMac = (keyring: Keyring, table: string, pairs: Pairs, mac: Uint8Array): boolean => {
  const expected = grantMac(keyring, table, pairs);
  return mac.length === expected.length && timingSafeEqual(mac, expected);
};
