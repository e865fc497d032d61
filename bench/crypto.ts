import { randomBytes } from "node:crypto";
import type { Side, Sides } from "./crypto-sides.ts";
import { makeSides } from "./crypto-sides.ts";
import { median } from "./median.ts";

export type CryptoBench = {
  /** Ours, as a keeper runs it, ÷ bare node:crypto of the same steps. */
  encrypt_ratio: number;
  decrypt_ratio: number;
  /** The same where OpenSSL cannot be called directly, and node:crypto does the work. */
  node_encrypt_ratio: number;
  node_decrypt_ratio: number;
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

const measure = async ({ begin, encrypt, decrypt }: Side, plaintext: Buffer): Promise<Rates> => {
  begin?.();
  const made = (await encrypt(plaintext)) as never;
  const opened = (await decrypt(made)) as Uint8Array;
  if (!plaintext.equals(opened)) throw new Error("What was encrypted did not come back.");
  return { encrypt: await rateOf(() => encrypt(plaintext)), decrypt: await rateOf(() => decrypt(made)) };
};

/** Where the time goes: the ratios have no other floor than these. */
const saySteps = async (steps: Record<string, () => void>, say: (line: string) => void): Promise<void> => {
  for (const [name, step] of Object.entries(steps)) {
    await rateOf(step);
    say(`${(1_000_000 / (await rateOf(step))).toFixed(2).padStart(8)} µs  ${name}`);
  }
};

/** Encrypts and decrypts one field of 256 bytes under a fresh DEK, wrapped, against bare node:crypto and AWS Encryption SDK, in turns. */
export const benchCrypto = async ({
  passes,
  say,
}: {
  passes: number;
  say: (line: string) => void;
}): Promise<CryptoBench> => {
  const plaintext = randomBytes(FIELD_BYTES);
  const { sides, steps } = await makeSides(plaintext);
  const all: Record<keyof Sides, Rates>[] = [];
  // The first pass warms up.
  for (let pass = 0; pass <= passes; pass += 1) {
    const rates = {
      ours: await measure(sides.ours, plaintext),
      node: await measure(sides.node, plaintext),
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
  await saySteps(steps, say);
  const ratio = (verb: keyof Rates, side: keyof Sides, other: keyof Sides): number =>
    Number(median(all.map((rates) => rates[side][verb] / rates[other][verb])).toFixed(3));
  const lower = (other: keyof Sides): number =>
    Math.min(ratio("encrypt", "ours", other), ratio("decrypt", "ours", other));
  const result = {
    encrypt_ratio: ratio("encrypt", "ours", "raw"),
    decrypt_ratio: ratio("decrypt", "ours", "raw"),
    node_encrypt_ratio: ratio("encrypt", "node", "raw"),
    node_decrypt_ratio: ratio("decrypt", "node", "raw"),
    esdk_ratio: lower("esdk"),
    esdk_cached_ratio: lower("cached"),
  };
  if (Object.values(result).some((value) => !(value > 0))) throw new Error("Nothing was measured.");
  return {
    ...result,
    encrypts_per_second: Math.round(median(all.map(({ ours }) => ours.encrypt))),
    decrypts_per_second: Math.round(median(all.map(({ ours }) => ours.decrypt))),
    passes,
  };
};
