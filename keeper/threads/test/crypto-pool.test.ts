import { createSecretKey, randomBytes } from "node:crypto";
import { afterEach, expect, it } from "vitest";
import { encodeBase64 } from "#lib/crypto/base64.ts";
import { newUuid } from "#lib/crypto/uuid.ts";
import type { EncryptTask } from "#keeper/threads/crypto-jobs.ts";
import type { CryptoPool } from "#keeper/threads/crypto-pool.ts";
import { createCryptoPool } from "#keeper/threads/crypto-pool.ts";
import type { PostedOutcome } from "#keeper/threads/posted-outcome.ts";

let pool: CryptoPool;
afterEach(() => pool.close());

const TENANT = newUuid();
const key = { keyId: newUuid(), purpose: "default", version: 1, key: createSecretKey(randomBytes(32)) };
const task = (count: number): EncryptTask => ({
  tenant: TENANT,
  keys: [key],
  items: Array.from({ length: count }, (_, n) => ({
    collection: "c",
    record: `${n}`,
    context: [],
    fields: [["a", encodeBase64(Buffer.from(`${n}`))]],
    key: 0,
  })),
});
const valueOf = <T>(outcome: PostedOutcome<T> | undefined): T => {
  if (!outcome?.ok) throw new Error(outcome?.message);
  return outcome.value;
};

it("opens in one thread what another one sealed", async () => {
  pool = createCryptoPool({ threads: 2 });
  const sealing = [task(30), task(30)];
  const sealed = await Promise.all(sealing.map((one) => pool.encrypt(one)));
  for (const [n, { items }] of sealing.entries()) {
    const opened = await pool.decrypt({
      tenant: TENANT,
      keys: [key],
      items: items.map((item, at) => {
        const { wrapped, ciphertexts } = valueOf(sealed[n]?.[at]);
        return { ...item, wrapped, fields: [["a", ciphertexts[0] ?? ""]] };
      }),
    });
    expect(opened.map((outcome) => valueOf(outcome).plaintexts)).toEqual(
      items.map(({ fields }) => [fields[0]?.[1]]),
    );
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
  expect(await pool.encrypt(task(1))).toMatchObject([{ ok: true }]);
});

it("refuses what cannot be posted, and serves the next", async () => {
  pool = createCryptoPool({ threads: 1 });
  const unpostable = { ...task(1), tenant: (() => TENANT) as unknown as string };
  await expect(pool.encrypt(unpostable)).rejects.toThrow("could not be cloned");
  expect(await pool.encrypt(task(1))).toMatchObject([{ ok: true }]);
});

it("fails a task that is none of ours as a whole", async () => {
  pool = createCryptoPool({ threads: 1 });
  await expect(pool.encrypt({ ...task(1), keys: [] })).rejects.toThrow("no key");
});
