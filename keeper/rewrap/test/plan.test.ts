import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { planChunks } from "#db/queries/rewrap-plan.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { pickBytes, pickPlaces } from "#keeper/rewrap/columns.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";

let t: TestDatabase;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
});
afterAll(() => t.drop());

const isIn = (id: string, range: { after: string; upto: string }) => id > range.after && id <= range.upto;

describe("the plan of a rewrap", () => {
  it("covers every DEK that is not on the target with exactly one range, and counts it", async () => {
    const rows = fc.uniqueArray(fc.record({ id: fc.uuid(), version: fc.integer({ min: 1, max: 3 }) }), {
      selector: ({ id }) => id,
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 20 }), async (deks, size) => {
        const [tenantId, keyId] = [newId<TenantId>(), newId()];
        await t.superuser`
          INSERT INTO dek (tenant_id, key_id, record_id, key_version, wrapped_dek)
          SELECT ${tenantId}, ${keyId}, d.id, d.version, decode(repeat('00', 101), 'hex')
          FROM unnest(${deks.map(({ id }) => id)}::uuid[], ${deks.map(({ version }) => version)}::int[]) AS d(id, version)`;
        const scope = {
          mode: "rewrap" as const,
          keyId,
          targetVersion: 3,
          madeBefore: "",
          exceptFailuresOf: null,
        };
        const chunks = await withTenant(t.keeper, tenantId, (tx) => planChunks(tx, scope, size));
        const old = deks.filter(({ version }) => version !== 3).map(({ id }) => id);
        for (const id of old) expect(chunks.filter((chunk) => isIn(id, chunk))).toHaveLength(1);
        for (const [n, chunk] of chunks.entries()) {
          expect(old.filter((id) => isIn(id, chunk))).toHaveLength(chunk.planned);
          expect(chunk.planned).toBeLessThanOrEqual(size);
          expect(chunk.planned).toBeGreaterThan(0);
          if (n > 0) expect(chunk.after).toBe(chunks[n - 1]?.upto);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("the columns of a batch", () => {
  it("are picked by row, and passed on as they are when all rows are wanted", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.string({ unit: fc.constantFrom("0", "7", "a", "f"), minLength: 4, maxLength: 4 }),
            fc.boolean(),
          ),
          { minLength: 1 },
        ),
        (rows) => {
          const hex = rows.map(([value]) => value).join("");
          const places = `{${rows.map((_, n) => `"(0,${n})"`).join(",")}}`;
          const wanted = rows.flatMap(([, want], n) => (want ? [n] : []));
          expect(pickBytes(hex, 2, wanted)).toBe(wanted.map((n) => rows[n]?.[0]).join(""));
          expect(pickPlaces(places, wanted)).toBe(`{${wanted.map((n) => `"(0,${n})"`).join(",")}}`);
        },
      ),
    );
  });
});
