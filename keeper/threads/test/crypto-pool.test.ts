import { createSecretKey, randomBytes } from "node:crypto";
import { afterEach, expect, it } from "vitest";
import { encodeBase64 } from "#lib/crypto/base64.ts";
import { newUuid } from "#lib/crypto/uuid.ts";
import type { BatchResult, EncryptTask } from "#keeper/threads/crypto-jobs.ts";
import { batchPieces } from "#keeper/threads/batch-pieces.ts";
import type { CryptoPool } from "#keeper/threads/crypto-pool.ts";
import { createCryptoPool } from "#keeper/threads/crypto-pool.ts";

let pool: CryptoPool;
afterEach(() => pool.close());

const TENANT = newUuid();
const key = { keyId: newUuid(), purpose: "default", version: 1, key: createSecretKey(randomBytes(32)) };
const bodyOf = (items: readonly object[]): Uint8Array => Buffer.from(JSON.stringify({ items }));
const every = (count: number) => Array.from({ length: count }, (_, place) => ({ place, key: 0 }));
const plaintexts = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ a: encodeBase64(Buffer.from(`${n}`)) }));
const task = (count: number): EncryptTask => ({
  tenant: TENANT,
  keys: [key],
  body: bodyOf(plaintexts(count).map((fields, n) => ({ collection: "c", record: `${n}`, fields }))),
  items: every(count),
});
/** The members of each item's result. */
const valuesOf = (result: BatchResult): Record<string, unknown>[] =>
  batchPieces(result).map((outcome) => {
    if (!outcome.ok) throw new Error(outcome.message);
    return JSON.parse(`{${Buffer.from(outcome.value).toString("utf8")}}`);
  });

it("opens in one thread what another one sealed", async () => {
  pool = createCryptoPool({ threads: 2 });
  for (const sealed of await Promise.all([pool.encrypt(task(30)), pool.encrypt(task(30))])) {
    const items = valuesOf(sealed).map((item, n) => ({ collection: "c", record: `${n}`, ...item }));
    const opened = await pool.decrypt({ tenant: TENANT, keys: [key], body: bodyOf(items), items: every(30) });
    expect(valuesOf(opened)).toEqual(plaintexts(30).map((fields) => ({ fields })));
  }
});

it("does only what it is told to of a batch, and names what fails", async () => {
  pool = createCryptoPool({ threads: 1 });
  const named = (fields: unknown) => ({ collection: "c", record: "r", fields });
  const body = bodyOf([named({ ä: "AA==" }), named({}), named({ a: "no base64" }), named({ b: "AA==" })]);
  const items = [3, 2, 0].map((place) => ({ place, key: 0 }));
  const [last, bad, first] = batchPieces(await pool.encrypt({ tenant: TENANT, keys: [key], body, items }));
  expect(bad).toMatchObject({ ok: false, tried: false, code: "INVALID_INPUT" });
  for (const [piece, name] of [
    [last, "b"],
    [first, "ä"],
  ] as const) {
    const { fields } = JSON.parse(`{${piece?.ok ? Buffer.from(piece.value).toString("utf8") : ""}}`);
    expect(Object.keys(fields)).toEqual([name]);
  }
});

it("lets a small batch overtake a large one on the only thread", async () => {
  pool = createCryptoPool({ threads: 1 });
  const order: string[] = [];
  await Promise.all([
    pool.encrypt(task(1_000)).then(() => order.push("large")),
    pool.encrypt(task(1)).then(() => order.push("small")),
  ]);
  expect(order).toEqual(["small", "large"]);
});

it("tells those who wait that their thread is gone, and serves the next", async () => {
  pool = createCryptoPool({ threads: 1 });
  const waiting = pool.encrypt(task(1_000));
  await Promise.all([expect(waiting).rejects.toThrow("thread ended"), pool.close()]);
  expect(await pool.encrypt(task(1))).toMatchObject({ outcomes: [{ ok: true }] });
});

it("refuses what cannot be posted, and serves the next", async () => {
  pool = createCryptoPool({ threads: 1 });
  const unpostable = { ...task(1), tenant: (() => TENANT) as unknown as string };
  await expect(pool.encrypt(unpostable)).rejects.toThrow("could not be cloned");
  expect(await pool.encrypt(task(1))).toMatchObject({ outcomes: [{ ok: true }] });
});

it("fails a task that is none of ours as a whole", async () => {
  pool = createCryptoPool({ threads: 1 });
  await expect(pool.encrypt({ ...task(1), keys: [] })).rejects.toThrow("no key");
});
