import { once } from "node:events";
import type { Server } from "node:net";
import { connect as dial, createServer } from "node:net";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { Database } from "#db/client.ts";
import { connect } from "#db/client.ts";
import { askAsOperator, askAsTenant, withTenant } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";

let t: TestDatabase;
let way: Server;
let db: Database;
/** How many of the next BEGINs the server is to refuse: they reach it misspelt. */
let misspelt = 0;

beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  const to = new URL(t.urls.keeper);
  way = createServer((client) => {
    const server = dial(Number(to.port), to.hostname);
    client.on("data", (bytes) => {
      const at = misspelt > 0 ? bytes.indexOf("begin ") : -1;
      if (at >= 0) {
        misspelt -= 1;
        bytes.write("begun ", at);
      }
      server.write(bytes);
    });
    server.on("data", (bytes) => client.write(bytes));
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const)
      one.on("close", () => other.destroy()).on("error", () => {});
  });
  way.listen(0, "127.0.0.1");
  await once(way, "listening");
  const url = new URL(t.urls.keeper);
  url.port = String((way.address() as { port: number }).port);
  db = connect(url.toString(), { max: 1 });
});
afterAll(async () => {
  await db.close();
  way.close();
  await t.drop();
});

const seen = (tenant: TenantId) =>
  withTenant(db, tenant, async (tx) => {
    const [row] =
      await tx.sql`SELECT current_setting('app.tenant_id') AS tenant, current_setting('role') AS role`;
    return row;
  });
const mine = (tenant: TenantId) => ({ tenant, role: `${db.login}_tenant` });

it("lets nothing happen when BEGIN is refused after the first statement was sent", async () => {
  const [first, second] = [newId<TenantId>(), newId<TenantId>()];
  expect(await seen(first)).toEqual(mine(first));
  misspelt = 1;
  let late: unknown;
  const refused = withTenant(db, first, async (tx) => {
    const early = tx.sql`SELECT count(*) FROM key_version`.catch((error: unknown) => error);
    await early;
    late = await Promise.resolve()
      .then(() => tx.sql`SELECT 1`)
      .catch((error: unknown) => error);
    return early;
  });
  await expect(refused).rejects.toMatchObject({ code: "42601" });
  // The next transaction has the connection, and nothing of the one before speaks in it.
  const [a, b] = await Promise.all([seen(second), seen(first)]);
  expect([a, b]).toEqual([mine(second), mine(first)]);
  expect(late).toMatchObject({ code: "UNAVAILABLE" });
});

it("refuses a transaction of one statement likewise", async () => {
  const tenant = newId<TenantId>();
  misspelt = 1;
  await expect(
    askAsTenant(db, tenant, (tx) => tx.sql`SELECT count(*) FROM key_version`),
  ).rejects.toMatchObject({
    code: "42601",
  });
  expect(await seen(tenant)).toEqual(mine(tenant));
});

it("says what failed of a transaction of one statement, and changes nothing", async () => {
  const tenant = newId<TenantId>();
  const broken = askAsTenant(db, tenant, (tx) => tx.sql`SELECT 1 / (SELECT count(*) FROM key_version)`);
  await expect(broken).rejects.toMatchObject({ code: "22012" });
  // No event comes with the change: COMMIT itself is refused, and that is an answer too.
  const id = newId();
  const unlogged = askAsOperator(
    db,
    (tx) => tx.sql`
      INSERT INTO person (id, email, name, role, password_hash, rev, mac)
      VALUES (${id}, 'a@example.com', 'A', 'auditor', 'none', 1, ''::bytea) RETURNING id`,
  );
  await expect(unlogged).rejects.toThrow(/event/);
  expect(await t.superuser`SELECT 1 FROM person WHERE id = ${id}`).toEqual([]);
  const { rows, now } = await askAsTenant(
    db,
    tenant,
    (tx) => tx.sql`SELECT current_setting('app.tenant_id') AS tenant`,
  );
  expect(rows).toEqual([{ tenant }]);
  expect(Math.abs(Date.now() - Date.parse(now))).toBeLessThan(60_000);
});
