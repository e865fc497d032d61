import type { Login } from "./grants.ts";
import { LOGINS } from "./grants.ts";
import { openPool } from "./pool.ts";
import { roleName, roleStatements } from "./role-statements.ts";
import { deploymentIdOf, existingRoles, surroundingsOf } from "./roles.ts";
import { scramVerifier } from "./scram-verifier.ts";
import { refuseOldServer } from "./server-version.ts";

/** The SQL that a DBA runs, in the database, when the migrator may not create roles. It holds no password in clear. */
export const printRoles = async (
  adminUrl: string,
  passwords: Record<Login, string>,
): Promise<{ sql: string; logins: Record<Login, string> }> => {
  const sql = openPool(adminUrl, { max: 1, connect_timeout: 10 });
  try {
    await refuseOldServer(sql);
    const deploymentId = await deploymentIdOf(sql);
    const each = (value: (login: Login) => string) =>
      Object.fromEntries(LOGINS.map((login) => [login, value(login)])) as Record<Login, string>;
    const statements = roleStatements({
      deploymentId,
      existing: await existingRoles(sql, deploymentId),
      secrets: each((login) => scramVerifier(passwords[login])),
      ...(await surroundingsOf(sql)),
    });
    return {
      sql: statements.map((statement) => `${statement};`).join("\n"),
      logins: each((login) => roleName(deploymentId, login)),
    };
  } finally {
    await sql.end({ timeout: 5 });
  }
};
