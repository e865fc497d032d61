import { afterAll, afterEach, beforeAll, expect, inject, it, vi } from "vitest";
import { WRAP_BLOCK, WRAPS_MAX, WRAPS_WORN } from "#db/queries/key-version.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { createTestKeeper, makeTenantWithKey, rotate } from "#keeper/testing/test-keeper.ts";
import { KEK_CACHE_SECONDS } from "#lib/domain/cache-bound.ts";
import { createKekCache } from "./kek-cache.ts";

let t: TestDatabase;
let k: TestKeeper;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(async () => {
  await k.close();
  await t.drop();
});

const reservedOf = async (keyId: string, number = 1): Promise<number> => {
  const [row] = await t.superuser<{ n: string }[]>`
    SELECT wraps_reserved AS n FROM key_version WHERE key_id = ${keyId} AND number = ${number}`;
  return Number(row?.n);
};

it("reserves one block for as many wraps as it covers, however often the KEK is opened anew", async () => {
  const { tenantId, keyId } = await makeTenantWithKey(t, k.keeper, "blocks");
  const cache = createKekCache(() => k.keeper);
  let now = 1_000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  for (let i = 0; i < 5; i += 1) {
    await cache.forWrap(tenantId, "default", 10, "req_t");
    now += (KEK_CACHE_SECONDS + 1) * 1_000;
    cache.drop(tenantId);
  }
  expect(await reservedOf(keyId)).toBe(WRAP_BLOCK);
  await cache.forWrap(tenantId, "default", WRAP_BLOCK, "req_t");
  expect(await reservedOf(keyId)).toBe(2 * WRAP_BLOCK);
});

it("never lets two requests count on the same wrap", async () => {
  const { tenantId, keyId } = await makeTenantWithKey(t, k.keeper, "shared");
  const cache = createKekCache(() => k.keeper);
  await Promise.all(
    Array.from({ length: 8 }, () => cache.forWrap(tenantId, "default", WRAP_BLOCK / 2, "req_t")),
  );
  expect(await reservedOf(keyId)).toBeGreaterThanOrEqual(4 * WRAP_BLOCK);
});

it("asks for a rotation before a version has made its last wrap, once, and refuses past it", async () => {
  const { tenantId, keyId, slug } = await makeTenantWithKey(t, k.keeper, "worn");
  await t.superuser`UPDATE key_version SET wraps_reserved = ${WRAPS_WORN} WHERE key_id = ${keyId}`;
  const cache = createKekCache(() => k.keeper);
  await cache.forWrap(tenantId, "default", WRAP_BLOCK, "req_t");
  await cache.forWrap(tenantId, "default", WRAP_BLOCK, "req_t");
  const asked =
    await t.superuser`SELECT source, state FROM operation WHERE tenant_id = ${tenantId} AND kind = 'rotate-key'`;
  expect(asked).toEqual([{ source: "keeper", state: "pending" }]);
  await t.superuser`UPDATE key_version SET wraps_reserved = ${WRAPS_MAX} WHERE key_id = ${keyId}`;
  await expect(cache.forWrap(tenantId, "default", WRAP_BLOCK, "req_t")).rejects.toMatchObject({
    code: "CONFLICT",
  });
  // The rotation that the keeper asked for is done with the next one that anybody waits for.
  await rotate(t, k.keeper, slug).catch(() => {});
  expect((await cache.forWrap(tenantId, "default", 1, "req_t")).kek.version).toBe(2);
});
