import canonicalize from "canonicalize";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { withTenant } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { createTestKeeper, makeTenantWithKey } from "#keeper/testing/test-keeper.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";

let t: TestDatabase;
let k: TestKeeper;
let acme: { tenantId: TenantId; keyId: string };
let other: { tenantId: TenantId; keyId: string };
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
  acme = await makeTenantWithKey(t, k.keeper, "acme");
  other = await makeTenantWithKey(t, k.keeper, "other");
});
afterAll(async () => {
  await k.close();
  await t.drop();
});

const owner = () => `kf_${t.deploymentId.slice(0, 8)}_owner`;

/** A session as a role of the superuser's choosing, given back afterwards. */
const as = async <T>(role: string, run: (sql: postgres.Sql) => Promise<T>): Promise<T> => {
  const sql = postgres(t.superuserUrl, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(`SET ROLE ${role}`);
    return await run(sql);
  } finally {
    await sql.end();
  }
};

describe("row-level security, the nine cases", () => {
  it("1. would not bind a table's owner without FORCE, so every table has it", async () => {
    await t.superuser.unsafe(`CREATE TABLE zz_unforced (tenant_id uuid); ALTER TABLE zz_unforced OWNER TO ${owner()};
      ALTER TABLE zz_unforced ENABLE ROW LEVEL SECURITY; INSERT INTO zz_unforced VALUES (gen_random_uuid())`);
    expect(await as(owner(), (sql) => sql`SELECT * FROM zz_unforced`)).toHaveLength(1);
    await t.superuser`ALTER TABLE zz_unforced FORCE ROW LEVEL SECURITY`;
    expect(await as(owner(), (sql) => sql`SELECT * FROM zz_unforced`)).toHaveLength(0);
    await t.superuser`DROP TABLE zz_unforced`;
  });

  it("2. lets the owner see rows by its explicit policy alone", async () => {
    expect(await as(owner(), (sql) => sql`SELECT id FROM key`)).toHaveLength(2);
    await t.superuser`DROP POLICY owner ON key`;
    expect(await as(owner(), (sql) => sql`SELECT id FROM key`)).toHaveLength(0);
    await t.superuser.unsafe(`CREATE POLICY owner ON key TO ${owner()} USING (true) WITH CHECK (true)`);
  });

  it("3. does not bind superusers and BYPASSRLS, so no role of ours is either", async () => {
    const rows = await t.superuser`
      SELECT rolname FROM pg_roles WHERE rolname LIKE ${`kf_${t.deploymentId.slice(0, 8)}_%`} AND (rolbypassrls OR rolsuper OR rolcreaterole)`;
    expect(rows).toEqual([]);
  });

  it("4. leaks through an owner's plain view, so there is none", async () => {
    const views = await t.superuser`SELECT viewname FROM pg_views WHERE schemaname = 'public'`;
    expect(views).toEqual([]);
  });

  it("5. and 6. holds the tenant for the transaction alone; after it there is none, and none means no row", async () => {
    expect(await withTenant(t.console, acme.tenantId, (tx) => tx.sql`SELECT id FROM key`)).toHaveLength(1);
    const seen = await t.console.sql.begin(async (sql) => {
      await sql`SELECT set_config('role', ${`${t.console.login}_tenant`}, true)`;
      const [tenant] = await sql`SELECT current_setting('app.tenant_id', true) AS id`;
      return [tenant?.id ?? "", await sql`SELECT id FROM key`];
    });
    expect(seen[0]).toBe("");
    expect(seen[1]).toHaveLength(0);
  });

  it("7. tells nobody by an insert whether another tenant has an id: keys are composite", async () => {
    await expect(
      withTenant(t.keeper, acme.tenantId, async (tx) => {
        await tx.sql`INSERT INTO record (tenant_id, id, key_id, collection, record)
                     VALUES (${acme.tenantId}, ${newId()}, ${acme.keyId}, 'c', 'r')`;
        await tx.sql`INSERT INTO record (tenant_id, id, key_id, collection, record)
                     VALUES (${other.tenantId}, ${newId()}, ${other.keyId}, 'c', 'r')`;
      }),
    ).rejects.toThrow(/row-level security/);
    const same = newId();
    for (const { tenantId, keyId } of [acme, other]) {
      await withTenant(
        t.keeper,
        tenantId,
        (tx) =>
          tx.sql`INSERT INTO record (tenant_id, id, key_id, collection, record) VALUES (${tenantId}, ${same}, ${keyId}, 'same', 'id')`,
      );
    }
  });

  it("8. refuses a reference to another tenant's row: foreign keys carry the tenant", async () => {
    await expect(
      withTenant(
        t.keeper,
        acme.tenantId,
        (tx) =>
          tx.sql`INSERT INTO record (tenant_id, id, key_id, collection, record) VALUES (${acme.tenantId}, ${newId()}, ${other.keyId}, 'c', 'x')`,
      ),
    ).rejects.toThrow(/foreign key/);
    const single = await t.superuser<{ name: string }[]>`
      SELECT conrelid::regclass::text || ' > ' || confrelid::regclass::text AS name FROM pg_constraint
      WHERE contype = 'f' AND array_length(conkey, 1) = 1 ORDER BY 1`;
    // References by one column are to tables that are not a tenant's, or to the tenant itself.
    expect(single.map(({ name }) => name)).toEqual([
      "audit_view > person",
      "cmk > tenant",
      "console_session > person",
      "key > tenant",
      "key_version > cmk",
      "keyring > cmk",
      "kms_connection > deployment",
      "kms_connection > tenant",
      "operation > tenant",
      "service_token > tenant",
    ]);
  });

  it("9. has TRUNCATE granted to nobody", async () => {
    await expect(
      withTenant(t.keeper, acme.tenantId, (tx) => tx.sql`TRUNCATE record CASCADE`),
    ).rejects.toThrow(/permission denied/);
  });

  it("shows one tenant nothing of another, in any table that a tenant's role may read", async () => {
    const tables = await t.superuser<{ table: string; column: string }[]>`
      SELECT DISTINCT tablename AS table, (regexp_match(qual, '^\\(?"?([a-z_]+)"? ='))[1] AS column
      FROM pg_policies WHERE schemaname = 'public' AND policyname LIKE '%_tenant'`;
    expect(tables.length).toBeGreaterThan(10);
    for (const { table, column } of tables) {
      const foreign = await withTenant(t.keeper, acme.tenantId, async (tx) => {
        const [may] = await tx.sql`SELECT has_column_privilege(${table}, ${column}, 'SELECT') AS yes`;
        if (!may?.yes) return [];
        return tx.sql.unsafe(`SELECT "${column}" FROM "${table}" WHERE "${column}" = '${other.tenantId}'`);
      });
      expect(foreign, table).toHaveLength(0);
    }
  });
});

describe("the audit log's door", () => {
  const insert = (login: "console" | "keeper", change: (entry: Record<string, unknown>) => void) =>
    withTenant(t[login], acme.tenantId, async (tx) => {
      const entry: Record<string, unknown> = {
        v: 1,
        id: newId(),
        t: await tx.now(),
        tenant: acme.tenantId,
        source: "console",
        actor: { type: "person", id: "p" },
        action: "tenant.created",
        target: { type: "tenant", id: acme.tenantId },
        outcome: "ok",
        req: "req_1",
        detail: {},
      };
      change(entry);
      const text = typeof entry.raw === "string" ? entry.raw : (canonicalize(entry) ?? "");
      await tx.sql`INSERT INTO audit_event (entry) VALUES (${Buffer.from(text)})`;
    });

  it("lets the console speak for itself", async () => {
    await insert("console", () => {});
  });
  it("refuses the console as the keeper and the keeper as the console", async () => {
    await expect(insert("console", (entry) => Object.assign(entry, { source: "keeper" }))).rejects.toThrow(
      /source/,
    );
    await expect(insert("keeper", () => {})).rejects.toThrow(/source/);
  });
  it("refuses another time than the transaction's", async () => {
    await expect(
      insert("console", (entry) => Object.assign(entry, { t: "2020-01-01T00:00:00.000Z" })),
    ).rejects.toThrow(/time/);
  });
  it("refuses bytes that are not those of a canonical entry", async () => {
    const harms: ((entry: Record<string, unknown>) => unknown)[] = [
      (entry) => Object.assign(entry, { raw: JSON.stringify(entry) }),
      (entry) => Object.assign(entry, { raw: `${canonicalize(entry)} ` }),
      (entry) =>
        Object.assign(entry, { raw: canonicalize(entry)?.replace("{", '{"action":"tenant.created",') }),
      (entry) => Object.assign(entry, { extra: 1 }),
      (entry) => Object.assign(entry, { v: 2 }),
      (entry) => Object.assign(entry, { outcome: "maybe" }),
      (entry) => Object.assign(entry, { detail: [] }),
      (entry) => Object.assign(entry, { actor: { type: "person", id: "p", more: true } }),
      (entry) => delete entry.req,
      (entry) => Object.assign(entry, { detail: { n: 1.5 } }),
      (entry) => Object.assign(entry, { detail: { n: 1e21 } }),
      (entry) => Object.assign(entry, { detail: { naïve: 1 } }),
      (entry) =>
        Object.assign(entry, { raw: canonicalize({ ...entry, detail: { n: 1 } })?.replace(":1}", ":1.0}") }),
    ];
    for (const harm of harms)
      await expect(insert("console", harm), harm.toString()).rejects.toThrow(/canonical bytes/);
  });
  it("takes every kind of value that an entry may hold", async () => {
    const detail = {
      text: 'q" \\ \u0007 é 😀 \u007f',
      list: [1, 0, "a", { b: true, a: null }],
      empty: {},
      none: [],
    };
    await insert("console", (entry) => Object.assign(entry, { detail, reason: "why" }));
  });
  it("refuses an event for another tenant", async () => {
    await expect(
      insert("console", (entry) => Object.assign(entry, { tenant: other.tenantId })),
    ).rejects.toThrow(/row-level security/);
  });
  it("refuses a change and a removal", async () => {
    for (const statement of [
      "UPDATE audit_event SET req = 'x'",
      "DELETE FROM audit_event",
      "TRUNCATE audit_event",
    ]) {
      await expect(withTenant(t.keeper, acme.tenantId, (tx) => tx.sql.unsafe(statement))).rejects.toThrow(
        /permission denied/,
      );
    }
  });
  it("refuses a token that the console inserts", async () => {
    const row = { tenant_id: acme.tenantId, id: newId(), prefix: "AAAAAAAA" };
    await expect(
      withTenant(
        t.console,
        acme.tenantId,
        (tx) => tx.sql`INSERT INTO service_token (tenant_id, id, prefix, hash, scopes, expires_at, rev, mac)
                       VALUES (${row.tenant_id}, ${row.id}, ${row.prefix}, '\\x00', '{records:read}', now() + interval '1 day', 1, '\\x00')`,
      ),
    ).rejects.toThrow(/permission denied/);
  });
  it("refuses an illegal change of a version's state, whoever asks", async () => {
    await expect(
      t.superuser`UPDATE key_version SET state = 'pre-activation', rev = rev + 1 WHERE key_id = ${acme.keyId}`,
    ).rejects.toThrow(/cannot become/);
  });
});
