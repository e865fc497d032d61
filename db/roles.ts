import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import { DomainError } from "../lib/domain/errors.ts";
import type { Login } from "./grants.ts";
import { roleName, roleNames, roleStatements } from "./role-statements.ts";

/** The first eight digits of a deployment for which somebody has made roles, but no table yet. */
const preparedDigits = async (sql: Sql): Promise<string | undefined> => {
  const owners = await sql<{ name: string }[]>`
    SELECT r.rolname AS name FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
    WHERE m.member = current_user::regrole AND r.rolname ~ '^kf_[0-9a-f]{8}_owner$'
      AND has_database_privilege(r.oid, current_database(), 'CREATE')`;
  const names = [...new Set(owners.map(({ name }) => name))];
  if (names.length > 1) {
    throw new DomainError(
      "INVALID_STATE",
      `Roles of several deployments were made for this database (${names.join(", ")}): drop those of all but one.`,
    );
  }
  return names[0]?.slice(3, 11);
};

/** The id of the deployment in this database, or a new one. */
export const deploymentIdOf = async (sql: Sql): Promise<string> => {
  const [table] = await sql<{ owner: string }[]>`
    SELECT relowner::regrole::text AS owner FROM pg_class WHERE oid = to_regclass('public.deployment')`;
  if (!table) return `${(await preparedDigits(sql)) ?? randomUUID().slice(0, 8)}${randomUUID().slice(8)}`;
  const [row] = await sql<{ id: string }[]>`SELECT id::text FROM public.deployment`;
  // Tables without the row: a first migration ended half-way. The owner's name keeps the digits that matter.
  return row?.id ?? `${/^kf_([0-9a-f]{8})_/.exec(table.owner)?.[1]}${randomUUID().slice(8)}`;
};

type Surroundings = { mayCreate: boolean; migrator: string; database: string; databaseName: string };

export const surroundingsOf = async (sql: Sql): Promise<Surroundings> => {
  const [row] = await sql<Surroundings[]>`
    SELECT rolsuper OR rolcreaterole AS "mayCreate", quote_ident(current_user) AS migrator,
           quote_ident(current_database()) AS database, current_database() AS "databaseName"
    FROM pg_roles WHERE rolname = current_user`;
  if (!row) throw new Error("The migrator has no role.");
  return row;
};

/** Which of a deployment's roles are there. One that row-level security does not bind would see every tenant. */
export const existingRoles = async (sql: Sql, deploymentId: string): Promise<Set<string>> => {
  const rows = await sql<{ name: string; unbound: boolean }[]>`
    SELECT rolname AS name, rolsuper OR rolbypassrls AS unbound FROM pg_roles
    WHERE rolname = ANY (${roleNames(deploymentId)})`;
  const unbound = rows.find((row) => row.unbound);
  if (unbound) {
    throw new DomainError(
      "INVALID_STATE",
      `The role ${unbound.name} is not bound by row-level security: take SUPERUSER and BYPASSRLS from it.`,
    );
  }
  return new Set(rows.map(({ name }) => name));
};

const refuseMissing = async (sql: Sql, deploymentId: string, existing: ReadonlySet<string>) => {
  const missing = roleNames(deploymentId).find((name) => !existing.has(name));
  if (missing) {
    throw new DomainError(
      "INVALID_STATE",
      `The login of DATABASE_URL may not create roles, and ${missing} is missing: run keyfold migrate --print-roles and give its SQL to whoever may.`,
    );
  }
};

const refuseWithoutDatabase = async (sql: Sql, deploymentId: string, { databaseName }: Surroundings) => {
  const owner = roleName(deploymentId, "owner");
  const [may] = await sql<{ all: boolean }[]>`
    SELECT has_database_privilege(${owner}, current_database(), 'CREATE')
       AND has_schema_privilege(${owner}, 'public', 'CREATE')
       AND pg_has_role(current_user, ${owner}, 'MEMBER') AS all`;
  if (!may?.all) {
    throw new DomainError(
      "INVALID_STATE",
      `The login of DATABASE_URL cannot give the database ${databaseName} to ${owner}: make it the database's owner, or run keyfold migrate --print-roles and give its SQL to whoever may.`,
    );
  }
};

/**
 * Makes the owner, the logins and the roles they act as, or, where the migrator may not, finds those that somebody made.
 * Returns the deployment's id.
 */
export const prepareRoles = async (sql: Sql, passwords: Record<Login, string>): Promise<string> => {
  const deploymentId = await deploymentIdOf(sql);
  const around = await surroundingsOf(sql);
  const existing = await existingRoles(sql, deploymentId);
  if (around.mayCreate) {
    const plan = { deploymentId, existing, secrets: passwords, ...around };
    for (const statement of roleStatements(plan)) await sql.unsafe(statement);
  } else await refuseMissing(sql, deploymentId, existing);
  await refuseWithoutDatabase(sql, deploymentId, around);
  return deploymentId;
};
