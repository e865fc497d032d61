import { randomBytes } from "node:crypto";
import { generateDek } from "#lib/crypto/dek.ts";
import { encodeAad, encodePairs } from "#lib/crypto/encryption-context.ts";
import { decryptField, encryptField } from "#lib/crypto/envelope.ts";
import { kekFromBytes } from "#lib/crypto/kek.ts";
import { newUuid } from "#lib/crypto/uuid.ts";
import { unwrapDek, wrapDek } from "#lib/crypto/wrapped-dek.ts";
import { esdkCrypto } from "./crypto-esdk.ts";
import { rawCrypto } from "./crypto-raw.ts";
import { median } from "./median.ts";

export type CryptoBench = {
  /** Ours ÷ bare node:crypto of the same steps. */
  encrypt_ratio: number;
  decrypt_ratio: number;
  /** Ours ÷ AWS Encryption SDK, the lower of encrypt and decrypt: without a cache of data keys, and with one. */
  esdk_ratio: number;
  esdk_cached_ratio: number;
  /** Ours, on one core. */
  encrypts_per_second: number;
  decrypts_per_second: number;
  passes: number;
};

const FIELD_BYTES = 256;
const SLOT_MS = 400;
const BURST = 50;

/** One side: makes something of a value, and the value of it again. */
type Side = { encrypt: (plaintext: Uint8Array) => unknown; decrypt: (made: never) => unknown };
type Rates = { encrypt: number; decrypt: number };

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Calls per second of a core: in the time that this process ran, whoever else has the machine. Every result is waited for. */
const rateOf = async (call: () => unknown): Promise<number> => {
  const began = cpuMs();
  let done = 0;
  while (cpuMs() - began < SLOT_MS) {
    for (let n = 0; n < BURST; n += 1) {
      const result = call();
      // What is not asynchronous is not made so.
      if (result instanceof Promise) await result;
    }
    done += BURST;
  }
  return done / ((cpuMs() - began) / 1000);
};

const measure = async ({ encrypt, decrypt }: Side, plaintext: Buffer): Promise<Rates> => {
  const made = (await encrypt(plaintext)) as never;
  const opened = (await decrypt(made)) as Uint8Array;
  if (!plaintext.equals(opened)) throw new Error("What was encrypted did not come back.");
  return { encrypt: await rateOf(() => encrypt(plaintext)), decrypt: await rateOf(() => decrypt(made)) };
};

/** Encrypts and decrypts one field of 256 bytes under a fresh DEK, wrapped, against three others in turns. */
export const benchCrypto = async ({
  passes,
  say,
}: {
  passes: number;
  say: (line: string) => void;
}): Promise<CryptoBench> => {
  const tenant = newUuid();
  const binding = { purpose: "default", tenant };
  const context = { tenant, collection: "customers", record: newUuid(), field: "email" };
  const bytes = randomBytes(32);
  const kek = kekFromBytes({ keyId: newUuid(), version: 1 }, Buffer.from(bytes));
  const ours = {
    encrypt: (plaintext: Uint8Array) => {
      const dek = generateDek();
      return { wrapped: wrapDek(kek, dek, binding), sealed: encryptField(dek, context, plaintext) };
    },
    decrypt: ({ wrapped, sealed }: { wrapped: Buffer; sealed: Buffer }) =>
      decryptField(unwrapDek(kek, wrapped, binding), context, sealed),
  };
  // The header of an envelope is authenticated with the context: as many bytes, made once.
  const aad = Buffer.concat([Buffer.alloc(88), encodeAad(context)]);
  const wrapAad = Buffer.concat([Buffer.alloc(41), encodePairs(binding)]);
  const esdk = esdkCrypto(bytes, context);
  const plaintext = randomBytes(FIELD_BYTES);
  const sides: Record<"ours" | "raw" | "esdk" | "cached", Side> = {
    ours,
    raw: rawCrypto(kek.key, wrapAad, aad),
    esdk: esdk.fresh,
    cached: esdk.cached,
  };
  const all: Record<keyof typeof sides, Rates>[] = [];
  // The first pass warms up.
  for (let pass = 0; pass <= passes; pass += 1) {
    const rates = {
      ours: await measure(sides.ours, plaintext),
      raw: await measure(sides.raw, plaintext),
      esdk: await measure(sides.esdk, plaintext),
      cached: await measure(sides.cached, plaintext),
    };
    if (pass === 0) continue;
    all.push(rates);
    const line = Object.entries(rates).map(
      ([name, { encrypt, decrypt }]) => `${name} ${Math.round(encrypt)}/${Math.round(decrypt)}`,
    );
    say(`pass ${pass}, encrypts/decrypts per second: ${line.join(", ")}`);
  }
  const ratio = (verb: keyof Rates, other: keyof typeof sides): number =>
    median(all.map((rates) => rates.ours[verb] / rates[other][verb]));
  const lower = (other: keyof typeof sides): number =>
    Math.min(ratio("encrypt", other), ratio("decrypt", other));
  const result = {
    encrypt_ratio: ratio("encrypt", "raw"),
    decrypt_ratio: ratio("decrypt", "raw"),
    esdk_ratio: lower("esdk"),
    esdk_cached_ratio: lower("cached"),
  };
  if (Object.values(result).some((value) => !(value > 0))) throw new Error("Nothing was measured.");
  const rounded = Object.fromEntries(
    Object.entries(result).map(([name, value]) => [name, Number(value.toFixed(3))]),
  ) as typeof result;
  return {
    ...rounded,
    encrypts_per_second: Math.round(median(all.map(({ ours }) => ours.encrypt))),
    decrypts_per_second: Math.round(median(all.map(({ ours }) => ours.decrypt))),
    passes,
  };
};
