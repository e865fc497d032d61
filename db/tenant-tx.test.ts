import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { key as keyTable } from "#db/schema/key.ts";
import { tenant } from "#db/schema/tenant.ts";
import { withOperator, withTenant } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";

let t: TestDatabase;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
});
afterAll(() => t.drop());

describe("a transaction's role and tenant", () => {
  it("is that of the login and is gone with the transaction", async () => {
    const id = newId<TenantId>();
    const [row] = await withTenant(
      t.console,
      id,
      (tx) =>
        tx.sql`SELECT current_user AS role, session_user AS login, current_setting('app.tenant_id') AS tenant`,
    );
    expect(row).toEqual({ role: `${t.console.login}_tenant`, login: t.console.login, tenant: id });
    const [after] = await t.console
      .sql`SELECT current_user AS role, nullif(current_setting('app.tenant_id', true), '') AS tenant`;
    expect(after).toEqual({ role: t.console.login, tenant: null });
  });

  it("gives a login without a role nothing", async () => {
    await expect(t.console.sql`SELECT * FROM tenant`).rejects.toThrow(/permission denied/);
  });

  it("reads through drizzle in the same transaction", async () => {
    expect(await withOperator(t.console, (tx) => tx.db.select().from(tenant))).toEqual([]);
    expect(await withTenant(t.console, newId<TenantId>(), (tx) => tx.db.select().from(keyTable))).toEqual([]);
  });

  it("tells the transaction's instant", async () => {
    const now = await withOperator(t.console, (tx) => tx.now());
    expect(Math.abs(Date.parse(now) - Date.now())).toBeLessThan(60_000);
    expect(now).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it("refuses a change without its event", async () => {
    const made = withOperator(t.console, (tx) =>
      tx.db.insert(tenant).values({ id: newId(), slug: "acme", name: "Acme" }),
    );
    await expect(made).rejects.toThrow(/needs its audit event/);
  });
});
