import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import type { Login } from "./access.ts";
import { ACTING_ROLES, LOGINS } from "./access.ts";

/** `kf_<first eight hex digits of the deployment id>_<name>`: roles belong to the cluster, so they carry the deployment. */
export const roleName = (deploymentId: string, name: string): string =>
  `kf_${deploymentId.slice(0, 8)}_${name}`;

const ensureRole = async (sql: Sql, name: string, options: string): Promise<void> => {
  const [found] = await sql`SELECT FROM pg_roles WHERE rolname = ${name}`;
  await sql.unsafe(`${found ? "ALTER" : "CREATE"} ROLE ${name} ${options}`);
};

/** The id of the deployment in this database, or a new one. */
const deploymentIdOf = async (sql: Sql): Promise<string> => {
  const [table] = await sql<{ owner: string }[]>`
    SELECT relowner::regrole::text AS owner FROM pg_class WHERE oid = to_regclass('public.deployment')`;
  if (!table) return randomUUID();
  const [row] = await sql<{ id: string }[]>`SELECT id::text FROM public.deployment`;
  // Tables without the row: a first migration ended half-way. The owner's name keeps the digits that matter.
  return row?.id ?? `${/^kf_([0-9a-f]{8})_/.exec(table.owner)?.[1]}${randomUUID().slice(8)}`;
};

const LIMITS: Record<Login, string> = {
  console: "statement_timeout = '15s', idle_in_transaction_session_timeout = '30s'",
  keeper: "statement_timeout = '60s', idle_in_transaction_session_timeout = '60s'",
  sequencer: "statement_timeout = '60s', idle_in_transaction_session_timeout = '30s'",
  cli: "statement_timeout = '0', idle_in_transaction_session_timeout = '0'",
  backup: "statement_timeout = '0', idle_in_transaction_session_timeout = '0'",
};

/** Makes the owner, the logins and the roles they act as, and the one deployment row's table. Returns the deployment's id. */
export const prepareRoles = async (sql: Sql, passwords: Record<Login, string>): Promise<string> => {
  const id = await deploymentIdOf(sql);
  const role = (name: string) => roleName(id, name);
  await ensureRole(sql, role("owner"), "NOLOGIN NOBYPASSRLS");
  for (const name of ACTING_ROLES) await ensureRole(sql, role(name), "NOLOGIN NOBYPASSRLS NOINHERIT");
  for (const login of LOGINS) {
    const password = passwords[login].replaceAll("'", "''");
    await ensureRole(sql, role(login), `LOGIN NOBYPASSRLS NOINHERIT PASSWORD '${password}'`);
    for (const limit of LIMITS[login].split(", ")) await sql.unsafe(`ALTER ROLE ${role(login)} SET ${limit}`);
    await sql.unsafe(`ALTER ROLE ${role(login)} SET row_security = on`);
  }
  for (const name of ACTING_ROLES)
    await sql.unsafe(`GRANT ${role(name)} TO ${role(name.split("_")[0] ?? "")}`);
  await sql.unsafe(`GRANT ${role("owner")} TO CURRENT_USER`);
  await sql`DO $$ BEGIN EXECUTE format('GRANT CREATE, CONNECT ON DATABASE %I TO ${sql.unsafe(role("owner"))}', current_database()); END $$`;
  await sql.unsafe(`GRANT CREATE, USAGE ON SCHEMA public TO ${role("owner")}`);
  for (const name of [...LOGINS.filter((login) => login === "backup"), ...ACTING_ROLES]) {
    await sql.unsafe(`GRANT USAGE ON SCHEMA public TO ${role(name)}`);
  }
  return id;
};
