import type { TransactionSql } from "postgres";
import type { Grant, TableAccess } from "./grants.ts";
import { ACCESS, FUNCTION_ACCESS } from "./access.ts";
import { ACTING_ROLES } from "./grants.ts";
import { roleName } from "./role-statements.ts";

const MIGRATION_TABLE = "schema_migration";

const grantsOf = (table: string, role: string, grant: Grant): string[] =>
  Object.entries(grant).map(([privilege, columns]) => {
    const list = columns === true ? "" : ` (${columns.map((column) => `"${column}"`).join(", ")})`;
    return `GRANT ${privilege}${list} ON "${table}" TO ${role}`;
  });

const policiesOf = (table: string, access: TableAccess, role: (name: string) => string): string[] => {
  // One policy per role and no OR in any: a policy with OR costs the index. No tenant set means no row.
  const mine = `"${access.tenantColumn}" = nullif(current_setting('app.tenant_id', true), '')::uuid`;
  const acting = ACTING_ROLES.filter((name) => access.grants[name]).map((name) => {
    if (name.endsWith("_operator"))
      return `CREATE POLICY ${name} ON "${table}" TO ${role(name)} USING (true) WITH CHECK (true)`;
    if (!access.tenantColumn) throw new Error(`${table} has no tenant column, so ${name} cannot be let in`);
    return `CREATE POLICY ${name} ON "${table}" TO ${role(name)} USING (${mine}) WITH CHECK (${mine})`;
  });
  return [
    `CREATE POLICY owner ON "${table}" TO ${role("owner")} USING (true) WITH CHECK (true)`,
    `CREATE POLICY backup ON "${table}" FOR SELECT TO ${role("backup")} USING (true)`,
    ...acting,
  ];
};

/** Makes row-level security and grants of every table equal to `ACCESS`. A table that `ACCESS` does not name fails it. */
export const applyAccess = async (tx: TransactionSql, deploymentId: string): Promise<void> => {
  const role = (name: string) => roleName(deploymentId, name);
  const tables = await tx<{ name: string }[]>`
    SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')`;
  const found = tables.map(({ name }) => name).filter((name) => name !== MIGRATION_TABLE);
  const unnamed = found.filter((name) => !(name in ACCESS));
  if (unnamed.length > 0) throw new Error(`db/access.ts does not say who may use ${unnamed.join(", ")}`);

  await tx.unsafe(`INSERT INTO deployment (id) VALUES ('${deploymentId}') ON CONFLICT DO NOTHING`);
  const everyone = [...ACTING_ROLES.map(role), role("backup"), "PUBLIC"].join(", ");
  // Functions of an extension are not ours to close: PostgreSQL would warn of each, at every start.
  const functions = await tx<{ signature: string }[]>`
    SELECT oid::regprocedure::text AS signature FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND proowner = to_regrole(quote_ident(current_user))`;
  const policies = await tx<{ table: string; name: string }[]>`
    SELECT tablename AS table, policyname AS name FROM pg_policies WHERE schemaname = 'public'`;
  const statements = [
    ...policies.map(({ table, name }) => `DROP POLICY "${name}" ON "${table}"`),
    ...found.flatMap((table) => {
      const access = ACCESS[table] ?? { grants: {} };
      return [
        `ALTER TABLE "${table}" ENABLE ROW LEVEL SECURITY`,
        `ALTER TABLE "${table}" FORCE ROW LEVEL SECURITY`,
        `REVOKE ALL ON "${table}" FROM ${everyone}`,
        `GRANT SELECT ON "${table}" TO ${role("backup")}`,
        ...policiesOf(table, access, role),
        ...ACTING_ROLES.flatMap((name) => grantsOf(table, role(name), access.grants[name] ?? {})),
      ];
    }),
    `REVOKE ALL ON "${MIGRATION_TABLE}" FROM ${everyone}`,
    `GRANT SELECT ON "${MIGRATION_TABLE}" TO ${role("backup")}`,
    ...functions.map(({ signature }) => `REVOKE ALL ON ROUTINE ${signature} FROM PUBLIC`),
    `GRANT EXECUTE ON FUNCTION login_name(), login_source() TO ${ACTING_ROLES.map(role).join(", ")}`,
    ...Object.entries(FUNCTION_ACCESS).map(
      ([name, roles]) => `GRANT EXECUTE ON FUNCTION ${name} TO ${roles.map(role).join(", ")}`,
    ),
    `GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${ACTING_ROLES.map(role).join(", ")}`,
  ];
  await tx.unsafe(statements.join(";\n"));
};
