import { once } from "node:events";
import { connect as connectTcp, createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { Database } from "#db/client.ts";
import { connect } from "#db/client.ts";
import { key } from "#db/schema/key.ts";
import { askAsTenant, withTenant } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";

let t: TestDatabase;
let proxy: Server;
let db: Database;
/** A flight begins when the client speaks after the server did. */
const counter = { flights: 0, serverSpokeLast: true };

beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  const target = new URL(t.urls.console);
  proxy = createServer((client) => {
    const server = connectTcp(Number(target.port), target.hostname);
    client.on("data", (bytes) => {
      if (counter.serverSpokeLast) counter.flights += 1;
      counter.serverSpokeLast = false;
      server.write(bytes);
    });
    server.on("data", (bytes) => {
      counter.serverSpokeLast = true;
      client.write(bytes);
    });
    client.on("close", () => server.destroy());
    server.on("close", () => client.destroy());
    client.on("error", () => {});
    server.on("error", () => {});
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const url = new URL(t.urls.console);
  url.port = String((proxy.address() as AddressInfo).port);
  db = connect(url.toString(), { max: 1 });
});
afterAll(async () => {
  await db.close();
  proxy.close();
  await t.drop();
});

it("reads three things of a tenant in two flights: begin and everything, commit", async () => {
  const read = () =>
    withTenant(db, newId<TenantId>(), (tx) =>
      Promise.all([
        tx.db.select({ id: key.id }).from(key),
        tx.db.select({ name: key.name }).from(key),
        tx.sql`SELECT count(*) FROM key_version`,
      ]),
    );
  await read();
  await read();
  counter.flights = 0;
  await read();
  expect(counter.flights).toBe(2);
});

it("asks one thing of a tenant in one flight", async () => {
  const ask = () =>
    askAsTenant(db, newId<TenantId>(), (tx) => tx.sql`SELECT count(*)::int AS n FROM key_version`);
  await ask();
  counter.flights = 0;
  expect((await ask()).rows).toEqual([{ n: 0 }]);
  expect(counter.flights).toBe(1);
});
