import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { cliContext, createTestKeeper, makeTenantWithKey, rotate } from "#keeper/testing/test-keeper.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import { awaitOperation } from "#lib/services/operations/await-operation.ts";
import { getOperation } from "#lib/services/operations/get-operation.ts";
import { createKey } from "./create-key.ts";
import { getKey } from "./get-key.ts";
import { listKeys } from "./list-keys.ts";

let t: TestDatabase;
let k: TestKeeper;
let ctx: ServiceContext;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
  ctx = cliContext(t);
});
afterAll(async () => {
  await k.close();
  await t.drop();
});

const insertDeks = async (tenantId: string, keyId: string, counts: Record<number, number>) => {
  for (const [version, count] of Object.entries(counts)) {
    await t.superuser`
      INSERT INTO dek (tenant_id, key_id, record_id, key_version, wrapped_dek)
      SELECT ${tenantId}, ${keyId}, gen_random_uuid(), ${Number(version)}::int, decode(repeat('00', 101), 'hex')
      FROM generate_series(1, ${count})`;
  }
};

describe("the keys of a tenant", () => {
  it("show each version with its state, its instants and the DEKs on it", async () => {
    const { tenantId, keyId } = await makeTenantWithKey(t, k.keeper, "strip");
    await rotate(t, k.keeper, "strip");
    await insertDeks(tenantId, keyId, { 1: 3, 2: 2 });
    const { keys } = await listKeys(ctx, { tenant: "strip" });
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatchObject({ id: keyId, name: "default", status: "enabled", custody: "platform" });
    const [first, second] = keys[0]?.versions ?? [];
    expect(first).toMatchObject({ number: 1, state: "deactivated", current: false, deks: 3 });
    expect(second).toMatchObject({ number: 2, state: "active", current: true, deks: 2, deactivatedAt: null });
    expect(first?.deactivatedAt).toBe(second?.activatedAt);
    expect(Date.parse(first?.activatedAt ?? "")).toBeLessThan(Date.parse(first?.deactivatedAt ?? ""));
    expect(await getKey(ctx, { tenant: "strip", key: "default" })).toEqual(keys[0]);
  });

  it("are not those of another tenant", async () => {
    const other = await makeTenantWithKey(t, k.keeper, "neighbour", "theirs");
    await insertDeks(other.tenantId, other.keyId, { 1: 4 });
    await makeTenantWithKey(t, k.keeper, "mine");
    expect((await listKeys(ctx, { tenant: "mine" })).keys.map(({ name }) => name)).toEqual(["default"]);
    await expect(getKey(ctx, { tenant: "mine", key: "theirs" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("waiting for an operation", () => {
  it("ends with the time when no keeper takes it, and it stays on record", async () => {
    await makeTenantWithKey(t, k.keeper, "waiting");
    const { operationId } = await createKey(ctx, { tenant: "waiting", name: "second" });
    const view = await awaitOperation(ctx, operationId ?? "", { timeoutMs: 60 });
    expect(view).toMatchObject({ id: operationId, kind: "create-key", state: "pending", outcome: null });
    await expect(getOperation(ctx, { id: "0190f3a0-b2c4-7def-8123-456789abcdef" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    const tenantAdmin = { ...ctx, actor: { ...ctx.actor, role: "tenant-admin" as const } };
    await expect(getOperation(tenantAdmin, { id: operationId })).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});
