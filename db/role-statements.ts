import type { Login } from "./grants.ts";
import { ACTING_ROLES, LOGINS } from "./grants.ts";

/** `kf_<first eight hex digits of the deployment id>_<name>`: roles belong to the cluster, so they carry the deployment. */
export const roleName = (deploymentId: string, name: string): string =>
  `kf_${deploymentId.slice(0, 8)}_${name}`;

/** Every role of a deployment. */
export const roleNames = (deploymentId: string): string[] =>
  ["owner", ...ACTING_ROLES, ...LOGINS].map((name) => roleName(deploymentId, name));

const LIMITS: Record<Login, string> = {
  console: "statement_timeout = '15s', idle_in_transaction_session_timeout = '30s'",
  keeper: "statement_timeout = '60s', idle_in_transaction_session_timeout = '60s'",
  sequencer: "statement_timeout = '60s', idle_in_transaction_session_timeout = '30s'",
  cli: "statement_timeout = '0', idle_in_transaction_session_timeout = '0'",
  backup: "statement_timeout = '0', idle_in_transaction_session_timeout = '0'",
};

export type RolePlan = {
  deploymentId: string;
  /** Roles that are there already. */
  existing: ReadonlySet<string>;
  /** What follows PASSWORD for each login: the password, or its verifier. */
  secrets: Record<Login, string>;
  /** The migrator, quoted where it needs to be. */
  migrator: string;
  /** The database, quoted where it needs to be. */
  database: string;
};

/**
 * The statements that make the owner, the logins and the roles they act as. They are the migrator's own, or a DBA's.
 * None mentions BYPASSRLS: only a superuser may, and new roles do not have it.
 */
export const roleStatements = ({
  deploymentId,
  existing,
  secrets,
  migrator,
  database,
}: RolePlan): string[] => {
  const role = (name: string) => roleName(deploymentId, name);
  const ensure = (name: string, options: string) =>
    `${existing.has(role(name)) ? "ALTER" : "CREATE"} ROLE ${role(name)} ${options}`;
  return [
    ensure("owner", "NOLOGIN"),
    ...ACTING_ROLES.map((name) => ensure(name, "NOLOGIN NOINHERIT")),
    ...LOGINS.flatMap((login) => [
      ensure(login, `LOGIN NOINHERIT PASSWORD '${secrets[login].replaceAll("'", "''")}'`),
      ...LIMITS[login].split(", ").map((limit) => `ALTER ROLE ${role(login)} SET ${limit}`),
      `ALTER ROLE ${role(login)} SET row_security = on`,
    ]),
    ...ACTING_ROLES.map((name) => `GRANT ${role(name)} TO ${role(name.split("_")[0] ?? "")}`),
    `GRANT ${role("owner")} TO ${migrator}`,
    `GRANT CREATE, CONNECT ON DATABASE ${database} TO ${role("owner")}`,
    `GRANT CREATE, USAGE ON SCHEMA public TO ${role("owner")}`,
    ...["backup", ...ACTING_ROLES].map((name) => `GRANT USAGE ON SCHEMA public TO ${role(name)}`),
  ];
};
