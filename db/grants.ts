/** The logins of a deployment, as in `docs/architecture.md`, Access. `owner` and `backup` do not act. */
export const LOGINS = ["console", "keeper", "sequencer", "cli", "backup"] as const;
export type Login = (typeof LOGINS)[number];

/** The roles that act, chosen with `SET LOCAL ROLE` in each transaction. */
export const ACTING_ROLES = [
  "console_tenant",
  "console_operator",
  "keeper_tenant",
  "keeper_operator",
  "sequencer_operator",
  "cli_tenant",
  "cli_operator",
] as const;
export type ActingRole = (typeof ACTING_ROLES)[number];

type Privilege = "SELECT" | "INSERT" | "UPDATE" | "DELETE";
/** `true` for the whole table, or the columns it is limited to. */
export type Grant = Partial<Record<Privilege, true | readonly string[]>>;

export type TableAccess = {
  /** The column that names the tenant; without one, tenant roles get nothing. */
  tenantColumn?: string;
  grants: Partial<Record<ActingRole, Grant>>;
};

/** The whole table, to read. */
export const READ: Grant = { SELECT: true };

/** The same grant to several roles. */
export const same = (grant: Grant, ...roles: ActingRole[]) =>
  Object.fromEntries(roles.map((role) => [role, grant])) as Partial<Record<ActingRole, Grant>>;
