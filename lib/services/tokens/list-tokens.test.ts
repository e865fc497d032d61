import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import {
  cliContext,
  createTestKeeper,
  makeTenantWithKey,
  mintTestToken,
} from "#keeper/testing/test-keeper.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import { listOperatorTokens } from "#lib/services/operator-tokens/list-operator-tokens.ts";
import { listTokens } from "./list-tokens.ts";

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

describe("the tokens of a tenant", () => {
  it("show whether they still count", async () => {
    const { tenantId } = await makeTenantWithKey(t, k.keeper, "holders");
    const { id } = await mintTestToken(t, k.keeper, "holders", ["records:read"]);
    const status = async () => (await listTokens(ctx, { tenant: "holders" })).tokens.map((one) => one.status);
    expect(await listTokens(ctx, { tenant: "holders" })).toMatchObject({
      tokens: [{ id, scopes: ["records:read"], status: "active", revokedAt: null }],
    });
    const set = (column: "expires_at" | "revoked_at") =>
      t.superuser.begin(async (sql) => {
        await sql`SET LOCAL session_replication_role = replica`;
        await sql`UPDATE service_token SET ${sql(column)} = now() WHERE tenant_id = ${tenantId}`;
      });
    await set("expires_at");
    expect(await status()).toEqual(["expired"]);
    await set("revoked_at");
    expect(await status()).toEqual(["revoked"]);
  });

  it("are refused to a role that may not see them", async () => {
    const support = { ...ctx, actor: { ...ctx.actor, role: "support" as const } };
    await expect(listTokens(support, { tenant: "holders" })).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

/** Rows as they would stand, several of one instant. */
const insertRows = (tenantId: string | null, count: number) =>
  t.superuser.begin(async (sql) => {
    await sql`SET LOCAL session_replication_role = replica`;
    for (let i = 0; i < count; i += 1) {
      const row = {
        ...(tenantId === null ? {} : { tenant_id: tenantId }),
        id: sql`gen_random_uuid()`,
        prefix: randomBytes(4).toString("hex"),
        hash: randomBytes(32),
        scopes: ["crypto:admin"],
        created_at: `2026-01-01T00:00:0${Math.floor(i / 3) % 10}.123Z`,
        expires_at: "2036-01-01T00:00:00.000Z",
        rev: 1,
        mac: randomBytes(32),
      };
      await sql`INSERT INTO ${sql(tenantId === null ? "operator_token" : "service_token")} ${sql(row as never)}`;
    }
  });

describe("the pages of a list of tokens", () => {
  it.each([
    ["a tenant's", listTokens],
    ["the operator's own", listOperatorTokens],
  ])("hold each of %s once, the newest first", async (whose, list) => {
    const slug = "pages";
    const tenantId = whose === "a tenant's" ? (await makeTenantWithKey(t, k.keeper, slug)).tenantId : null;
    await insertRows(tenantId, 11);
    const seen: { id: string; createdAt: string }[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await list(ctx, { tenant: slug, cursor, limit: 4 });
      seen.push(...page.tokens);
      pages += 1;
      cursor = page.next ?? undefined;
    } while (cursor);
    expect([pages, seen.length, new Set(seen.map(({ id }) => id)).size]).toEqual([3, 11, 11]);
    expect(seen.map(({ createdAt }) => createdAt)).toEqual(
      seen.map(({ createdAt }) => createdAt).toSorted((a, b) => b.localeCompare(a)),
    );
  });

  it("begin nowhere but at a cursor of the list", async () => {
    for (const cursor of ["nonsense", Buffer.from("2026-01-01 x").toString("base64url")])
      await expect(listTokens(ctx, { tenant: "pages", cursor })).rejects.toMatchObject({
        code: "INVALID_INPUT",
      });
    await expect(listTokens(ctx, { tenant: "pages", limit: 201 })).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
  });

  it("hold nothing of another tenant, whose cursor opens none either", async () => {
    const { next } = await listTokens(ctx, { tenant: "pages", limit: 4 });
    await makeTenantWithKey(t, k.keeper, "without");
    expect(await listTokens(ctx, { tenant: "without" })).toEqual({ tokens: [], next: null });
    expect(await listTokens(ctx, { tenant: "without", cursor: next })).toEqual({ tokens: [], next: null });
  });
});
