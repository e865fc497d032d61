import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { encodePairs, type Pairs } from "./encryption-context.ts";
import type { Keyring } from "./keyring.ts";

/** What the MAC of a key-version row says. */
export type KeyVersionMeaning = {
  tenant: string;
  key: string;
  version: number;
  purpose: string;
  state: string;
  cmk: string;
  cmkVersion: string;
  current: boolean;
  rev: number;
};

/** The pairs of a key-version row. */
export const keyVersionPairs = (row: KeyVersionMeaning): Pairs => ({
  tenant: row.tenant,
  key: row.key,
  version: String(row.version),
  purpose: row.purpose,
  state: row.state,
  cmk: row.cmk,
  cmk_version: row.cmkVersion,
  current: row.current ? "1" : "0",
  rev: String(row.rev),
});

/** HMAC-SHA-256 over the meaning of a row and the hash of its wrapped bytes (`docs/formats.md#row-mac`). */
export const rowMac = (keyring: Keyring, table: string, pairs: Pairs, blob: Uint8Array): Buffer =>
  createHmac("sha256", keyring.meta)
    .update(`keyfold.row/v1${table}`, "utf8")
    .update(encodePairs(pairs))
    .update(createHash("sha256").update(blob).digest())
    .digest();

/** Is this the row's MAC? In constant time; a MAC of another length is not. */
export const verifyRowMac = (
  keyring: Keyring,
  table: string,
  pairs: Pairs,
  blob: Uint8Array,
  mac: Uint8Array,
): boolean => {
  const expected = rowMac(keyring, table, pairs, blob);
  return mac.length === expected.length && timingSafeEqual(mac, expected);
};
