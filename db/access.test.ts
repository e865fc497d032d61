import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { ACCESS } from "#db/access.ts";
import { applyAccess } from "#db/apply-access.ts";
import { ACTING_ROLES, LOGINS } from "#db/grants.ts";
import { migrate } from "#db/migrate.ts";
import { roleName } from "#db/role-statements.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { KEY_TRANSITIONS } from "#lib/domain/key-state.ts";

let t: TestDatabase;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"), { ownRoles: true });
});
afterAll(() => t.drop());

type Cell = { role: string; table: string; column: string; privilege: string };
const cell = ({ role, table, column, privilege }: Cell): string => `${role} ${privilege} ${table}.${column}`;

/** Every privilege that PostgreSQL would grant, column by column; DELETE and TRUNCATE as the column `*`. */
const liveGrid = async (roles: readonly string[]): Promise<string[]> => {
  const rows = await t.superuser<Cell[]>`
    SELECT r.rolname AS role, c.relname AS table, a.attname AS column, p.name AS privilege
    FROM pg_roles r CROSS JOIN pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS p(name)
    WHERE r.rolname = ANY(${[...roles]}) AND c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
      AND has_column_privilege(r.rolname, c.oid, a.attnum, p.name)
    UNION ALL
    SELECT r.rolname, c.relname, '*', p.name
    FROM pg_roles r CROSS JOIN pg_class c CROSS JOIN unnest(ARRAY['DELETE', 'TRUNCATE', 'TRIGGER']) AS p(name)
    WHERE r.rolname = ANY(${[...roles]}) AND c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
      AND has_table_privilege(r.rolname, c.oid, p.name)`;
  return rows.map(cell).toSorted();
};

const columnsOf = async (): Promise<Map<string, string[]>> => {
  const rows = await t.superuser<{ table: string; columns: string[] }[]>`
    SELECT table_name AS table, array_agg(column_name::text) AS columns
    FROM information_schema.columns WHERE table_schema = 'public' GROUP BY table_name`;
  return new Map(rows.map(({ table, columns }) => [table, columns]));
};

describe("who may do what", () => {
  it("is what db/access.ts says, for every role, table and column", async () => {
    const columns = await columnsOf();
    const wanted = ACTING_ROLES.flatMap((name) =>
      Object.entries(ACCESS).flatMap(([table, access]) =>
        Object.entries(access.grants[name] ?? {}).flatMap(([privilege, limit]) => {
          const role = roleName(t.deploymentId, name);
          if (privilege === "DELETE") return [cell({ role, table, column: "*", privilege })];
          const limited = limit === true ? (columns.get(table) ?? []) : limit;
          return limited.map((column) => cell({ role, table, column, privilege }));
        }),
      ),
    );
    const roles = ACTING_ROLES.map((name) => roleName(t.deploymentId, name));
    expect(await liveGrid(roles)).toEqual(wanted.toSorted());
  });

  it("is applied at each start without a word in PostgreSQL's log, and closes every function of Keyfold's own", async () => {
    const notices: postgres.Notice[] = [];
    const sql = postgres(t.superuserUrl, { max: 1, onnotice: (notice) => notices.push(notice) });
    const owner = roleName(t.deploymentId, "owner");
    await sql.unsafe(`SET ROLE ${owner}`);
    await sql.begin((tx) => applyAccess(tx, t.deploymentId));
    await sql.end({ timeout: 5 });
    expect(notices.map(({ message }) => message)).toEqual([]);
    const open = await t.superuser<{ name: string; open: boolean }[]>`
      SELECT proname AS name, EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner)))
                                      WHERE grantee = 0) AS open
      FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proowner = ${owner}::regrole`;
    expect(open.length).toBeGreaterThan(5);
    expect(open.filter((one) => one.open).map(({ name }) => name)).toEqual([]);
  });

  it("gives a login nothing until it chooses its role", async () => {
    const logins = LOGINS.filter((login) => login !== "backup").map((login) =>
      roleName(t.deploymentId, login),
    );
    expect(await liveGrid(logins)).toEqual([]);
  });

  it("lets the backup role read every table and change none", async () => {
    const grid = await liveGrid([roleName(t.deploymentId, "backup")]);
    expect(grid.every((line) => line.includes(" SELECT "))).toBe(true);
    expect(new Set(grid.map((line) => line.split(" ")[2]?.split(".")[0])).size).toBe(
      (await columnsOf()).size,
    );
  });

  it("never shows the console what is sealed", async () => {
    const sealed = [
      "key_version.blob",
      "key_version.mac",
      "dek.wrapped_dek",
      "record_field.ciphertext",
      "service_token.hash",
      "service_token.mac",
      "keyring.wrapped",
      "audit_key.sealed_seed",
      "person.mac",
    ];
    const grid = await liveGrid(
      ["console_tenant", "console_operator"].map((name) => roleName(t.deploymentId, name)),
    );
    expect(grid.filter((line) => sealed.some((column) => line.endsWith(` ${column}`)))).toEqual([]);
  });

  it("lets no role but the owner change or remove an event, and none become another's", async () => {
    const roles = [...ACTING_ROLES, ...LOGINS].map((name) => roleName(t.deploymentId, name));
    const grid = await liveGrid(roles);
    expect(
      grid.filter((line) => / (UPDATE|DELETE|TRUNCATE) audit_(event|leaf|checkpoint)\./.test(line)),
    ).toEqual([]);
    const members = await t.superuser<{ role: string; member: string }[]>`
      SELECT r.rolname AS role, m.rolname AS member FROM pg_auth_members a
      JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member WHERE m.rolname = ANY(${roles})`;
    expect(members.filter(({ role, member }) => !role.startsWith(`${member}_`))).toEqual([]);
    expect(members).toHaveLength(ACTING_ROLES.length);
  });

  it("forces row-level security on every table, with one policy per role and none with OR", async () => {
    const tables = await t.superuser<{ name: string; forced: boolean }[]>`
      SELECT relname AS name, relrowsecurity AND relforcerowsecurity AS forced FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname <> 'schema_migration'`;
    expect(tables.filter(({ forced }) => !forced)).toEqual([]);
    expect(tables.length).toBe(Object.keys(ACCESS).length);
    const policies = await t.superuser<{ table: string; role: string; qual: string }[]>`
      SELECT tablename AS table, roles[1]::text AS role, coalesce(qual, '') AS qual FROM pg_policies WHERE schemaname = 'public'`;
    expect(policies.filter(({ qual }) => /\bOR\b/i.test(qual))).toEqual([]);
    const pairs = policies.map(({ table, role }) => `${table} ${role}`);
    expect(new Set(pairs).size).toBe(pairs.length);
  });
});

describe("migrating", () => {
  it("holds the transitions that the code holds", async () => {
    const rows = await t.superuser<{ from: string; to: string }[]>`
      SELECT from_state AS from, to_state AS to FROM key_state_transition`;
    const code = Object.entries(KEY_TRANSITIONS).flatMap(([from, tos]) => tos.map((to) => `${from} ${to}`));
    expect(rows.map(({ from, to }) => `${from} ${to}`).toSorted()).toEqual(code.toSorted());
  });

  it("may be done again, and refuses a database of a newer version with a sentence", async () => {
    const passwords = { console: "a", keeper: "a", sequencer: "a", cli: "a", backup: "a" };
    const again = await migrate(t.superuserUrl, passwords);
    expect([again.deploymentId, again.nobodyYet]).toEqual([t.deploymentId, true]);
    await t.superuser`INSERT INTO schema_migration (hash, created_at) VALUES ('later', 9999999999999)`;
    await expect(migrate(t.superuserUrl, passwords)).rejects.toMatchObject({
      code: "INVALID_STATE",
      message: expect.stringContaining("newer version"),
    });
  });
});
