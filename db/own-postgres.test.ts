import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { LOGINS, type Login } from "#db/grants.ts";
import { connect } from "#db/client.ts";
import { migrate } from "#db/migrate.ts";
import { openPool } from "#db/pool.ts";
import { printRoles } from "#db/print-roles.ts";
import { findDeploymentId } from "#db/queries/platform.ts";
import { refuseOldServer } from "#db/server-version.ts";
import { withOperator } from "#db/tenant-tx.ts";

const admin = postgres(inject("superuserUrl"), { max: 1, onnotice: () => {} });
const dropped: { database: string; login: string }[] = [];

/** A database that belongs to `owner`, and the URL of a login that is no superuser. */
const makeDatabase = async (options: { createRole: boolean; owns: boolean }): Promise<string> => {
  const name = `kf_own_${randomBytes(5).toString("hex")}`;
  await admin.unsafe(
    `CREATE ROLE ${name} LOGIN PASSWORD 'migrator' ${options.createRole ? "CREATEROLE" : ""}`,
  );
  await admin.unsafe(`CREATE DATABASE ${name} ${options.owns ? `OWNER ${name}` : ""}`);
  dropped.push({ database: name, login: name });
  const url = new URL(inject("superuserUrl"));
  Object.assign(url, { pathname: `/${name}`, username: name, password: "migrator" });
  return url.href;
};
const asSuperuser = (url: string): string => {
  const own = new URL(inject("superuserUrl"));
  own.pathname = new URL(url).pathname;
  return own.href;
};

let passwords: Record<Login, string>;
beforeAll(() => {
  const made = LOGINS.map((login) => [login, randomBytes(12).toString("base64url")]);
  passwords = Object.fromEntries(made) as Record<Login, string>;
});
afterAll(async () => {
  for (const { database } of dropped) await admin.unsafe(`DROP DATABASE ${database} WITH (FORCE)`);
  const roles = await admin<{ name: string }[]>`
    SELECT rolname AS name FROM pg_roles WHERE rolname ~ '^kf_own_'`;
  // The roles that they made belong to them; the cluster goes with the run.
  for (const { name } of roles) await admin.unsafe(`ALTER ROLE ${name} NOLOGIN`);
  await admin.end();
});

const worksFor = async (url: string, logins: Record<Login, string>): Promise<string> => {
  const own = new URL(url);
  Object.assign(own, { username: logins.keeper, password: passwords.keeper });
  const db = connect(own.href, { max: 1 });
  try {
    return await withOperator(db, findDeploymentId);
  } finally {
    await db.close();
  }
};

describe("a migrator", () => {
  it("that owns the database and may create roles needs nothing else, again and again", async () => {
    const url = await makeDatabase({ createRole: true, owns: true });
    const { deploymentId, logins, nobodyYet } = await migrate(url, passwords);
    expect(nobodyYet).toBe(true);
    expect(await worksFor(url, logins)).toBe(deploymentId);
    passwords.keeper = randomBytes(12).toString("base64url");
    expect(await migrate(url, passwords)).toEqual({ deploymentId, logins, nobodyYet });
    expect(await worksFor(url, logins)).toBe(deploymentId);
  });

  it("that may not create roles is told what to do, and needs no more once a DBA has run the SQL", async () => {
    const url = await makeDatabase({ createRole: false, owns: false });
    await expect(migrate(url, passwords)).rejects.toMatchObject({
      code: "INVALID_STATE",
      message: expect.stringContaining("keyfold migrate --print-roles"),
    });
    const { sql, logins } = await printRoles(url, passwords);
    for (const password of Object.values(passwords)) expect(sql).not.toContain(password);
    const dba = postgres(asSuperuser(url), { max: 1, onnotice: () => {} });
    await dba.unsafe(sql);
    await dba.end();
    const { deploymentId, logins: made } = await migrate(url, passwords);
    expect(made).toEqual(logins);
    expect(await worksFor(url, logins)).toBe(deploymentId);
    expect((await migrate(url, passwords)).deploymentId).toBe(deploymentId);
    // The SQL of a later version changes what is there.
    expect((await printRoles(url, passwords)).sql).toContain(`ALTER ROLE ${logins.console} LOGIN`);
  });

  it("that may create roles but does not own the database is refused in a sentence", async () => {
    const url = await makeDatabase({ createRole: true, owns: false });
    await expect(migrate(url, passwords)).rejects.toMatchObject({
      code: "INVALID_STATE",
      message: expect.stringContaining("make it the database's owner"),
    });
  });

  it("is refused roles that row-level security does not bind", async () => {
    const url = await makeDatabase({ createRole: true, owns: true });
    const { logins } = await migrate(url, passwords);
    await admin.unsafe(`ALTER ROLE ${logins.console} BYPASSRLS`);
    await expect(migrate(url, passwords)).rejects.toMatchObject({
      message: expect.stringContaining(`${logins.console} is not bound by row-level security`),
    });
  });
});

describe("a PostgreSQL", () => {
  it("that is too old is refused in a sentence", async () => {
    const sql = openPool(inject("superuserUrl"), { max: 1 });
    await expect(refuseOldServer(sql)).resolves.toBeUndefined();
    const old = Object.assign(
      async () => [{ number: 140_009, version: "14.9" }],
      sql,
    ) as unknown as postgres.Sql;
    await expect(refuseOldServer(old)).rejects.toMatchObject({
      code: "INVALID_STATE",
      message: "The database is PostgreSQL 14.9: Keyfold needs 15 or newer.",
    });
    await sql.end();
  });
});
