import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { connect } from "#db/client.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { createEndingWay } from "#db/testing/ending-way.ts";
import { createTestDatabase, type TestDatabase } from "#db/testing/test-database.ts";

let t: TestDatabase;

beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
});
afterAll(async () => {
  await t.drop();
});

const code = (error: unknown) => (error as { code?: string }).code;

describe.concurrent("a connection that ends while it is made", () => {
  // Of those of a start-up there are about 25: authentication, parameters, ready; then come the first statement's.
  it.each(
    [0, 1, 2, 3, 4, 18, 21, 22, 23, 24, 25].flatMap((n) => [[n, "end"] as const, [n, "reset"] as const]),
  )("after %i messages (%s) is UNAVAILABLE or works, and the pool is whole again at once", async (n, how) => {
    const way = await createEndingWay(t.urls.keeper);
    const db = connect(way.url, { max: 2 });
    const one = () => withOperator(db, (tx) => tx.sql`SELECT 1 AS one`).then(([row]) => row?.one, code);
    way.endAfter(n, how);
    const met = await Promise.all([one(), one()]);
    expect(met.filter((outcome) => outcome !== 1 && outcome !== "UNAVAILABLE")).toEqual([]);
    way.endAfter(null);
    const started = performance.now();
    for (let tries = 0; tries < 20; tries += 1) {
      if ((await Promise.all([one(), one()])).every((outcome) => outcome === 1)) break;
    }
    expect(await Promise.all([one(), one()])).toEqual([1, 1]);
    expect(performance.now() - started).toBeLessThan(3_000);
    await db.close();
    await way.close();
  });
});
