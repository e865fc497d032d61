import { randomBytes } from "node:crypto";
import { findPrimitives } from "#keeper/openssl/primitives.ts";
import { generateDek } from "#lib/crypto/dek.ts";
import { encodeAad, encodePairs } from "#lib/crypto/encryption-context.ts";
import { decryptField, encryptField } from "#lib/crypto/envelope.ts";
import { kekFromBytes } from "#lib/crypto/kek.ts";
import type { Primitives } from "#lib/crypto/primitives.ts";
import { nodePrimitives, usePrimitives } from "#lib/crypto/primitives.ts";
import { newUuid } from "#lib/crypto/uuid.ts";
import { unwrapDek, wrapDek } from "#lib/crypto/wrapped-dek.ts";
import { esdkCrypto } from "./crypto-esdk.ts";
import { rawCrypto } from "./crypto-raw.ts";

/** One side: makes something of a value, and the value of it again. */
export type Side = {
  begin?: () => void;
  encrypt: (plaintext: Uint8Array) => unknown;
  decrypt: (made: never) => unknown;
};
export type Sides = Record<"ours" | "node" | "raw" | "esdk" | "cached", Side>;

/** What is compared, over one key and one context, and the steps that ours consists of. */
export const makeSides = async (
  plaintext: Buffer,
): Promise<{ sides: Sides; steps: Record<string, () => void> }> => {
  const tenant = newUuid();
  const binding = { purpose: "default", tenant };
  const context = { tenant, collection: "customers", record: newUuid(), field: "email" };
  const bytes = randomBytes(32);
  const kek = kekFromBytes({ keyId: newUuid(), version: 1 }, Buffer.from(bytes));
  const ours = (begin: () => void): Side => ({
    begin,
    encrypt: (value) => {
      const dek = generateDek();
      return { wrapped: wrapDek(kek, dek, binding), sealed: encryptField(dek, context, value) };
    },
    decrypt: ({ wrapped, sealed }: { wrapped: Buffer; sealed: Buffer }) =>
      decryptField(unwrapDek(kek, wrapped, binding), context, sealed),
  });
  const openSsl = await findPrimitives();
  // The header of an envelope is authenticated with the context: as many bytes, made once.
  const aad = Buffer.concat([Buffer.alloc(88), encodeAad(context)]);
  const wrapAad = Buffer.concat([Buffer.alloc(41), encodePairs(binding)]);
  const esdk = esdkCrypto(bytes, context);
  const sides = {
    ours: ours(() => usePrimitives(openSsl)),
    node: ours(() => usePrimitives(nodePrimitives)),
    raw: rawCrypto(kek.key, wrapAad, aad),
    esdk: esdk.fresh,
    cached: esdk.cached,
  };
  const [salt, out] = [randomBytes(32), Buffer.alloc(plaintext.length + 16)];
  const derive = (by: Primitives) => () => {
    const keys = by.derive(kek.key, salt);
    // Sealed, because node:crypto derives the key itself only then.
    keys.seal(aad, plaintext, out, 0);
    keys.close();
  };
  const seal = (by: Primitives) => () => by.seal(kek.key, salt.subarray(0, 12), aad, plaintext, out, 0);
  const steps = {
    "both derivations and AES-256-GCM, node:crypto": derive(nodePrimitives),
    "AES-256-GCM alone, node:crypto": seal(nodePrimitives),
    "both derivations and AES-256-GCM, OpenSSL": derive(openSsl),
    "AES-256-GCM alone, OpenSSL": seal(openSsl),
    "the context's canonical bytes": () => void encodeAad(context),
    "a DEK": () => void generateDek(),
  };
  return { sides, steps };
};
