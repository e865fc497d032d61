import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import type { Database } from "#db/client.ts";
import { connect } from "#db/client.ts";
import { withOperator, withTenant } from "#db/tenant-tx.ts";
import type { CuttableWay } from "#db/testing/cuttable-way.ts";
import { createCuttableWay } from "#db/testing/cuttable-way.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";

let t: TestDatabase;
let db: Database;
let way: CuttableWay;

beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  way = await createCuttableWay(t.urls.keeper);
  db = connect(way.url, { max: 2 });
});
afterAll(async () => {
  await db.close();
  await way.cut();
  await t.drop();
});

const code = (error: unknown) => (error as { code?: string }).code;
const one = () => withOperator(db, (tx) => tx.sql`SELECT 1 AS one`).then(([row]) => row?.one, code);
/** Statements of a round that last. The server may go on with those of a round before, whose connections were cut. */
const sleeping = (round: string, n = 4) =>
  Array.from({ length: n }, () =>
    withOperator(db, (tx) => tx.sql.unsafe(`SELECT pg_sleep(5) /* ${round} */`)).then(() => "slept", code),
  );
const busy = (round: string) =>
  vi.waitFor(async () => {
    const [row] = await t.superuser`
      SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = current_database() AND query LIKE ${`%pg_sleep(5) /* ${round} */%`} AND usename = ${db.login}`;
    expect(row?.n).toBe(2);
  }, 5_000);

describe("a connection that ends in the middle of a transaction", () => {
  it.each([["closed"], ["reset"]])("is %s: UNAVAILABLE, and the pool is whole again at once", async (how) => {
    for (let round = 0; round < 3; round += 1) {
      const asleep = sleeping(`${how} ${round}`);
      await busy(`${how} ${round}`);
      await way.cut(how === "reset");
      expect(new Set(await Promise.all(asleep))).toEqual(new Set(["UNAVAILABLE"]));
      expect(await one()).toBe("UNAVAILABLE");
      await way.mend();
      const started = performance.now();
      await vi.waitFor(
        async () => expect(await Promise.all([one(), one(), one()])).toEqual([1, 1, 1]),
        8_000,
      );
      expect(performance.now() - started).toBeLessThan(4_000);
    }
  });

  it("is terminated by the server: the same", async () => {
    const asleep = sleeping("ended", 2);
    await busy("ended");
    await t.superuser`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = ${db.login}`;
    expect(await Promise.all(asleep)).toEqual(["UNAVAILABLE", "UNAVAILABLE"]);
    await vi.waitFor(async () => expect(await Promise.all([one(), one(), one()])).toEqual([1, 1, 1]), 2_000);
  });

  it("never carries the rest of the dead transaction into the next one", async () => {
    const single = connect(way.url, { max: 1 });
    const [mine, other] = [newId<TenantId>(), newId<TenantId>()];
    const resume = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    let late: unknown;
    const dead = withTenant(single, mine, async (tx) => {
      await tx.sql`SELECT 1`;
      begun.resolve();
      await resume.promise;
      late = await Promise.resolve()
        .then(() => tx.sql`SELECT current_setting('app.tenant_id') AS tenant`)
        .catch(code);
    }).catch(code);
    await begun.promise;
    await t.superuser`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = ${db.login}`;
    expect(await dead).toBe("UNAVAILABLE");
    const seen = await withTenant(single, other, async (tx) => {
      const before =
        await tx.sql`SELECT current_setting('app.tenant_id') AS tenant, pg_current_xact_id()::text AS xid`;
      resume.resolve();
      await new Promise((resolve) => setTimeout(resolve, 50));
      const after =
        await tx.sql`SELECT current_setting('app.tenant_id') AS tenant, pg_current_xact_id()::text AS xid`;
      expect(after).toEqual(before);
      return after[0]?.tenant;
    });
    expect(seen).toBe(other);
    expect(late).toBe("UNAVAILABLE");
    await single.close();
  });
});
