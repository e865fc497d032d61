import { join } from "node:path";
import { type Cluster, startCluster } from "#cli/embedded/cluster.ts";
import { migrate } from "#db/migrate.ts";
import { printRoles } from "#db/print-roles.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { openLog } from "./bounded-log.ts";
import { childOutput } from "./child-output.ts";
import { type Credentials, passwordsOf, readCredentials, writeCredentials } from "./credentials.ts";
import type { Life, Unit } from "./supervise.ts";

/** The embedded PostgreSQL as something to keep alive: after a death it comes back on the same port. */
export const postgresUnit = (
  dataDir: string,
  say: (sentence: string) => void,
): { unit: Unit; first: () => Promise<{ cluster: Cluster; life: Life }> } => {
  const output = childOutput("postgres", openLog(join(dataDir, "logs", "postgres.log")), say);
  let port: number | undefined;
  const begin = async (): Promise<{ cluster: Cluster; life: Life }> => {
    const cluster = await startCluster({ dataDir, port, log: output.onLine });
    port = cluster.port;
    output.speak();
    const life: Life = {
      pid: undefined,
      ready: Promise.resolve(),
      exited: cluster.exited.then(() => "the server ended"),
      stop: cluster.stop,
    };
    return { cluster, life };
  };
  return { unit: { name: "database", begin: async () => (await begin()).life }, first: begin };
};

const placeOf = (adminUrl: string): string => URL.parse(adminUrl)?.host ?? "DATABASE_URL";

const CONNECTION_ERRORS = /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|CONNECT_TIMEOUT|CONNECTION_|28)/;

/** What goes wrong between us and the database, in a sentence without its password. */
const atDatabase = async <T>(adminUrl: string, run: () => Promise<T>): Promise<T> => {
  try {
    return await run();
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (error instanceof DomainError || typeof code !== "string" || !CONNECTION_ERRORS.test(code))
      throw error;
    throw new DomainError(
      "UNAVAILABLE",
      `The database at ${placeOf(adminUrl)} cannot be reached or refuses the login (${code}): check DATABASE_URL.`,
      { cause: error },
    );
  }
};

/** Brings the database to this version and writes the logins' URLs. */
export const prepareDatabase = (
  dataDir: string,
  adminUrl: string,
): Promise<{ credentials: Credentials; deploymentId: string; nobodyYet: boolean }> =>
  atDatabase(adminUrl, async () => {
    const kept = readCredentials(dataDir);
    const passwords = passwordsOf(kept);
    const { nobodyYet, deploymentId, logins } = await migrate(adminUrl, passwords);
    return {
      nobodyYet,
      deploymentId,
      credentials: writeCredentials(dataDir, adminUrl, { kept, names: logins, passwords }),
    };
  });

/** The SQL that makes the roles, for a DBA; the passwords it stands for are kept in the data directory. */
export const prepareRolesSql = (dataDir: string, adminUrl: string): Promise<string> =>
  atDatabase(adminUrl, async () => {
    const kept = readCredentials(dataDir);
    const passwords = passwordsOf(kept);
    const { sql, logins } = await printRoles(adminUrl, passwords);
    writeCredentials(dataDir, adminUrl, { kept, names: logins, passwords });
    return sql;
  });
