import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { cliContext, createTestKeeper, makeTenantWithKey, rotate } from "#keeper/testing/test-keeper.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import { createTenant } from "./create-tenant.ts";
import { searchTenants } from "./search-tenants.ts";

let t: TestDatabase;
let k: TestKeeper;
let ctx: ServiceContext;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
  ctx = { ...cliContext(t), db: t.console, source: "console" };
  for (const [slug, name] of [
    ["bravo", "Bravo"],
    ["alpha", "alpha 100%"],
    ["delta", "Delta"],
  ] as const)
    await createTenant(cliContext(t), { slug, name });
  const { tenantId, keyId } = await makeTenantWithKey(t, k.keeper, "charlie");
  await rotate(t, k.keeper, "charlie");
  await t.superuser`
    INSERT INTO dek (tenant_id, key_id, record_id, key_version, wrapped_dek)
    SELECT ${tenantId}, ${keyId}, gen_random_uuid(), 1 + n % 2, decode(repeat('00', 101), 'hex') FROM generate_series(1, 4) n`;
});
afterAll(async () => {
  await k.close();
  await t.drop();
});

const slugs = async (input: Record<string, unknown>): Promise<string[]> => {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await searchTenants(ctx, { ...input, limit: 1, cursor });
    found.push(...page.tenants.map(({ slug }) => slug));
    cursor = page.next ?? undefined;
  } while (cursor);
  return found;
};

it("pages through every order, each tenant once", async () => {
  expect(await slugs({})).toEqual(["alpha", "bravo", "charlie", "delta"]);
  expect(await slugs({ order: "-name" })).toEqual(["delta", "charlie", "bravo", "alpha"]);
  expect(await slugs({ order: "created" })).toEqual(["bravo", "alpha", "delta", "charlie"]);
  expect((await slugs({ order: "-activity" }))[0]).toBe("charlie");
});

it("finds by name or slug, with no sign meaning more than itself, and by state", async () => {
  expect(await slugs({ text: "ALPH" })).toEqual(["alpha"]);
  expect(await slugs({ text: "100%" })).toEqual(["alpha"]);
  expect(await slugs({ text: "%" })).toEqual(["alpha"]);
  expect(await slugs({ text: "_" })).toEqual([]);
  expect(await slugs({ text: "'; DROP TABLE tenant; --" })).toEqual([]);
  expect(await slugs({ state: "deactivated" })).toEqual(["charlie"]);
});

it("shows states, the oldest version in use, health and the last event", async () => {
  const [row] = (await searchTenants(ctx, { text: "charlie" })).tenants;
  expect(row).toMatchObject({
    keys: 1,
    oldest: { key: "default", version: 1 },
    health: "enabled",
    lastEvent: { action: expect.any(String), at: expect.any(String) },
  });
  expect(row?.states).toHaveLength(2);
  expect(row?.states).toContainEqual({ state: "active", versions: 1, deks: 2 });
  expect(row?.states).toContainEqual({ state: "deactivated", versions: 1, deks: 2 });
});

it("refuses a cursor that it has not made, or that was made for another order", async () => {
  const { next } = await searchTenants(ctx, { limit: 1 });
  for (const wrong of [{ cursor: "x" }, { cursor: "bnVsbA" }, { cursor: next, order: "-name" }])
    await expect(searchTenants(ctx, wrong)).rejects.toMatchObject({ code: "INVALID_INPUT" });
});
