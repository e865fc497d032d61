import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withTenant } from "#db/tenant-tx.ts";
import { rotate } from "#keeper/testing/test-keeper.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { TestPlane, TestTenant } from "./test-plane.ts";
import { createTestPlane, recordPath } from "./test-plane.ts";

let plane: TestPlane;
let acme: TestTenant;

beforeAll(async () => {
  plane = await createTestPlane();
  acme = await plane.tenant("acme");
});
afterAll(() => plane.close());

const put = (record: string, fields: Record<string, string>, as = acme) =>
  plane.call("PUT", recordPath(as.slug, "c", record), { token: as.token, body: { fields } });
const get = (record: string, as = acme) =>
  plane.call("GET", recordPath(as.slug, "c", record), { token: as.token });
const versionOf = async (record: string, as = acme) =>
  (
    await plane.t.superuser<{ v: number }[]>`
      SELECT d.key_version AS v FROM dek d JOIN record r ON r.id = d.record_id AND r.tenant_id = d.tenant_id
      WHERE r.record = ${record} AND r.tenant_id = ${as.tenantId}`
  )[0]?.v;

describe("the fence", () => {
  it("sends a write whose cached version was rotated away to the new one", async () => {
    expect((await put("before", { a: "1" })).status).toBe(201);
    expect(await versionOf("before")).toBe(1);
    // The rotation is performed by another keeper, as it were: this cache hears nothing of it.
    expect(await rotate(plane.t, plane.keeper, "acme")).toBe(2);
    expect((await put("after", { a: "2" })).status).toBe(201);
    expect(await versionOf("after")).toBe(2);
    expect((await get("before")).body.fields).toEqual({ a: "1" });
    expect((await get("after")).body.fields).toEqual({ a: "2" });
  });

  it("rolls the whole write back before it tries again: a record is new once", async () => {
    await put("warm", { a: "1" });
    const version = await rotate(plane.t, plane.keeper, "acme");
    const records = Array.from({ length: 5 }, (_, n) => ({
      collection: "c",
      record: `b${n}`,
      fields: { n: `${n}` },
    }));
    const answer = await plane.call("POST", "/v1/tenants/acme/records", {
      token: acme.token,
      body: { records },
    });
    expect(answer.body.results).toEqual(records.map(() => ({ ok: true, status: 201 })));
    expect(await versionOf("b4")).toBe(version);
    const [fields] = await plane.t.superuser`
      SELECT count(*)::int AS n FROM record_field f JOIN record r ON r.id = f.record_id WHERE r.record LIKE 'b_'`;
    expect(fields?.n).toBe(5);
  });

  it("is CONFLICT when the version is overtaken each time, and nothing is written", async () => {
    const keks = plane.keeper.keks;
    const stale = await keks.forUnwrap(acme.tenantId, acme.keyId, 1, "req_t");
    plane.keeper.keks = { ...keks, forWrap: async () => stale };
    try {
      expect(await put("never", { a: "1" })).toMatchObject({
        status: 409,
        body: { error: { code: "CONFLICT" } },
      });
    } finally {
      plane.keeper.keks = keks;
    }
    expect((await get("never")).status).toBe(404);
  });

  it("keeps every write under traffic while the key is rotated again and again", async () => {
    let rotating = true;
    const traffic = Array.from({ length: 4 }, async (_, worker) => {
      const seen: string[] = [];
      for (let n = 0; rotating || n < 5; n += 1) {
        const record = `t${worker}-${n}`;
        const wrote = await put(record, { n: `${n}` });
        const read = await get(record);
        seen.push(`${wrote.status} ${read.status} ${read.body.fields?.n === `${n}`}`);
      }
      return seen;
    });
    for (let n = 0; n < 4; n += 1) await rotate(plane.t, plane.keeper, "acme");
    rotating = false;
    const seen = (await Promise.all(traffic)).flat();
    expect(new Set(seen)).toEqual(new Set(["201 200 true"]));
  });
});

describe("two writers of one record", () => {
  it("leave the fields and the DEK of one of them", async () => {
    const names = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e"), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(fc.array(names, { minLength: 2, maxLength: 6 }), async (writers) => {
        const record = `race-${Math.random()}`;
        const answers = await Promise.all(
          writers.map((fields, writer) =>
            put(record, Object.fromEntries(fields.map((name) => [name, `${writer}`]))),
          ),
        );
        expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
        expect(answers.filter(({ status }) => status === 200)).toHaveLength(writers.length - 1);
        const { status, body } = await get(record);
        expect(status).toBe(200);
        const [writer] = Object.values(body.fields ?? {});
        const expected = writers[Number(writer)]?.map((name) => [name, writer]);
        expect(Object.entries(body.fields ?? {}).sort()).toEqual(expected?.sort());
      }),
      { numRuns: 15 },
    );
  });

  it("come through in batches that share records in another order", async () => {
    const batch = (names: string[], value: string) =>
      plane.call("POST", "/v1/tenants/acme/records", {
        token: acme.token,
        body: { records: names.map((record) => ({ collection: "c", record, fields: { value } })) },
      });
    const names = Array.from({ length: 60 }, (_, n) => `shared-${n}`);
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) => batch(n % 2 ? names : names.toReversed(), `${n}`)),
    );
    for (const answer of answers) expect(answer.body.results?.every(({ ok }) => ok)).toBe(true);
    const values = await Promise.all(names.map(async (name) => (await get(name)).body.fields?.value));
    expect(new Set(values).size).toBe(1);
  });
});

describe("a key that may not be used", () => {
  const suspend = (tenant: TestTenant, status: string) =>
    plane.t.superuser.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`UPDATE key SET status = ${status} WHERE id = ${tenant.keyId}`;
    });
  const stored = async (tenant: TestTenant) =>
    (await plane.t.superuser`SELECT count(*)::int AS n FROM record WHERE tenant_id = ${tenant.tenantId}`)[0]
      ?.n;

  it("stops reads and writes at once when it is suspended, and starts them again", async () => {
    const tenant = await plane.tenant("suspended");
    await put("r", { a: "1" }, tenant);
    expect((await get("r", tenant)).status).toBe(200);
    await suspend(tenant, "suspended");
    for (const answer of [await get("r", tenant), await put("r2", { a: "1" }, tenant)])
      expect(answer).toMatchObject({ status: 423, body: { error: { code: "KEY_SUSPENDED" } } });
    await suspend(tenant, "enabled");
    expect((await get("r", tenant)).body.fields).toEqual({ a: "1" });
    expect((await put("r2", { a: "1" }, tenant)).status).toBe(201);
    await suspend(tenant, "shredded");
    for (const answer of [await get("r", tenant), await put("r3", { a: "1" }, tenant)])
      expect(answer).toMatchObject({ status: 410, body: { error: { code: "KEY_SHREDDED" } } });
    expect(await stored(tenant)).toBe(2);
  });

  it("is KEY_MISSING with the command that makes it, when there is none", async () => {
    const tenant = await plane.tenant("keyless");
    await plane.t.superuser.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`UPDATE key SET name = 'another' WHERE id = ${tenant.keyId}`;
    });
    const answer = await put("r", { a: "1" }, tenant);
    expect(answer).toMatchObject({ status: 409, body: { error: { code: "KEY_MISSING" } } });
    expect(answer.body.error?.message).toContain("npx keyfold key create default");
    expect(await stored(tenant)).toBe(0);
  });

  it("fails closed with the provider's code when its KEK cannot be opened", async () => {
    const tenant = await plane.tenant("away");
    await put("r", { a: "1" }, tenant);
    const { kms, keks } = plane.keeper;
    keks.drop(tenant.tenantId);
    plane.keeper.kms = (id) => ({
      ...kms(id),
      unwrap: async () => {
        throw new DomainError("KMS_UNAVAILABLE", "The KMS does not answer.");
      },
    });
    try {
      for (const answer of [await get("r", tenant), await put("r2", { a: "1" }, tenant)]) {
        expect(answer).toMatchObject({ status: 503, body: { error: { code: "KMS_UNAVAILABLE" } } });
        expect(answer.headers["retry-after"]).toBe("1");
      }
    } finally {
      plane.keeper.kms = kms;
    }
    expect(await stored(tenant)).toBe(1);
    expect((await get("r", tenant)).body.fields).toEqual({ a: "1" });
  });

  it("cannot be used through a version that was destroyed", async () => {
    const tenant = await plane.tenant("retired");
    await put("r", { a: "1" }, tenant);
    await plane.t.superuser.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`UPDATE key_version SET state = 'destroyed' WHERE key_id = ${tenant.keyId}`;
    });
    expect(await get("r", tenant)).toMatchObject({
      status: 410,
      body: { error: { code: "VERSION_RETIRED" } },
    });
  });
});

describe("a record whose key changes", () => {
  it("loses the DEK under the key before", async () => {
    const tenant = await plane.tenant("moved");
    await put("r", { a: "1" }, tenant);
    const [second] = await plane.t.superuser`SELECT gen_random_uuid()::text AS id`;
    await plane.t.superuser.begin(async (sql) => {
      // The record as another key's, before that key was taken away from its collection.
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`INSERT INTO key (tenant_id, id, name, status, custody, provider)
        VALUES (${tenant.tenantId}, ${second?.id}, 'second', 'enabled', 'platform', 'local')`;
      await sql`UPDATE record SET key_id = ${second?.id} WHERE tenant_id = ${tenant.tenantId}`;
      await sql`UPDATE dek SET key_id = ${second?.id} WHERE tenant_id = ${tenant.tenantId}`;
    });
    expect((await put("r", { a: "2" }, tenant)).status).toBe(200);
    const deks = await withTenant(
      plane.keeper.db,
      tenant.tenantId,
      (tx) => tx.sql`SELECT key_id FROM dek WHERE tenant_id = ${tenant.tenantId}`,
    );
    expect(deks).toEqual([{ key_id: tenant.keyId }]);
    expect((await get("r", tenant)).body.fields).toEqual({ a: "2" });
  });
});
