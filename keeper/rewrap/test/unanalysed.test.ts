import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { createTestKeeper, makeTenantWithKey, rotate } from "#keeper/testing/test-keeper.ts";
import { startRewraps } from "../start.ts";
import type { Scene } from "./scene.ts";
import { ended, fillDeks, startJob, until } from "./scene.ts";

const ROWS = 6_000;
const BATCH = 500;

let t: TestDatabase;
let k: TestKeeper;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
});
afterAll(async () => {
  await k.close();
  await t.drop();
});

/**
 * Rows of the table that statements have read by an index or by a scan. An idle session may keep what it counted for
 * 10 s, one that ends reports it: all of them are ended first.
 */
const rowsRead = async (): Promise<number> => {
  for (;;) {
    const ending = await t.superuser`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`;
    if (ending.length === 0) break;
    await sleep(50);
  }
  const [row] = await t.superuser<{ n: string }[]>`
    SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) AS n FROM pg_stat_user_tables WHERE relname = 'dek'`;
  return Number(row?.n);
};

it("reads no more of a table that was never analysed than of any other", async () => {
  await t.superuser`ALTER TABLE dek SET (autovacuum_enabled = false)`;
  const made = await makeTenantWithKey(t, k.keeper, "unanalysed");
  const scene: Scene = { t, keeper: k.keeper, ...made, deks: new Map() };
  await fillDeks(scene, 1, ROWS);
  await rotate(t, k.keeper, scene.slug);
  const engine = await startRewraps(k.keeper, { sizes: { batch: BATCH, chunk: ROWS, ahead: 2 }, pollMs: 20 });
  const job = await until(scene, await startJob(scene), ended);
  await engine.close();
  expect(job).toMatchObject({ status: "completed", processed: ROWS });
  const read = await rowsRead();
  // The census, the batches and the last count read each row once; a bad plan reads all of them for every batch.
  expect(read).toBeGreaterThan(ROWS);
  expect(read).toBeLessThan(6 * ROWS);
});
