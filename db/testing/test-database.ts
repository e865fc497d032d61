import { randomBytes } from "node:crypto";
import postgres from "postgres";
import type { Login } from "#db/grants.ts";
import { LOGINS } from "#db/grants.ts";
import type { Database } from "#db/client.ts";
import { connect } from "#db/client.ts";
import { migrate } from "#db/migrate.ts";

/** A migrated database of a suite's own, with a pool for each login. */
export type TestDatabase = {
  deploymentId: string;
  superuserUrl: string;
  urls: Record<Login, string>;
  /** A superuser's connection, for looking and for doing harm. */
  superuser: postgres.Sql;
  console: Database;
  keeper: Database;
  sequencer: Database;
  cli: Database;
  drop(): Promise<void>;
};

const withName = (url: string, change: { database?: string; user?: string; password?: string }): string => {
  const made = new URL(url);
  if (change.database) made.pathname = `/${change.database}`;
  if (change.user) made.username = change.user;
  if (change.password) made.password = change.password;
  return made.toString();
};

/** Makes and migrates a database in the run's cluster. Call `drop` when the suite ends. */
export const createTestDatabase = async (clusterUrl: string): Promise<TestDatabase> => {
  const name = `kf_test_${randomBytes(6).toString("hex")}`;
  const admin = postgres(clusterUrl, { max: 1, onnotice: () => {} });
  await admin.unsafe(`CREATE DATABASE ${name}`);
  const superuserUrl = withName(clusterUrl, { database: name });
  const passwords = Object.fromEntries(
    LOGINS.map((login) => [login, randomBytes(12).toString("hex")]),
  ) as Record<Login, string>;
  const { deploymentId, logins } = await migrate(superuserUrl, passwords);
  const url = (login: Login) => withName(superuserUrl, { user: logins[login], password: passwords[login] });
  const pool = (login: Login, max = 8) => connect(url(login), { max });
  const pools = {
    console: pool("console"),
    keeper: pool("keeper"),
    sequencer: pool("sequencer", 3),
    cli: pool("cli", 4),
  };
  const superuser = postgres(superuserUrl, { max: 2, onnotice: () => {} });
  return {
    deploymentId,
    superuserUrl,
    urls: Object.fromEntries(LOGINS.map((login) => [login, url(login)])) as Record<Login, string>,
    superuser,
    ...pools,
    drop: async () => {
      await Promise.all([...Object.values(pools).map((db) => db.close()), superuser.end({ timeout: 5 })]);
      await admin.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end({ timeout: 5 });
    },
  };
};
