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

type Migrated = { deploymentId: string; logins: Record<Login, string>; passwords: Record<Login, string> };

const migrateAnew = async (superuserUrl: string): Promise<Migrated> => {
  const passwords = Object.fromEntries(
    LOGINS.map((login) => [login, randomBytes(12).toString("hex")]),
  ) as Record<Login, string>;
  const { deploymentId, logins } = await migrate(superuserUrl, passwords);
  return { deploymentId, logins, passwords };
};

const TEMPLATE = "KEYFOLD_TEST_TEMPLATE";
type Template = Migrated & { clusterUrl: string; name: string };

/** Migrates once what the run's suites then copy: each is spared the migrations, and all share the roles. */
export const makeTemplate = async (clusterUrl: string): Promise<void> => {
  const name = "kf_template";
  const admin = postgres(clusterUrl, { max: 1, onnotice: () => {} });
  await admin.unsafe(`CREATE DATABASE ${name}`);
  await admin.end({ timeout: 5 });
  const migrated = await migrateAnew(withName(clusterUrl, { database: name }));
  process.env[TEMPLATE] = JSON.stringify({ clusterUrl, name, ...migrated } satisfies Template);
};

const templateIn = (clusterUrl: string): Template | null => {
  const template = JSON.parse(process.env[TEMPLATE] ?? "null") as Template | null;
  return template?.clusterUrl === clusterUrl ? template : null;
};

/**
 * Makes a migrated database in the run's cluster. Call `drop` when the suite ends.
 *
 * @param ownRoles for suites that change what roles may: theirs are no other suite's
 */
export const createTestDatabase = async (
  clusterUrl: string,
  { ownRoles = false }: { ownRoles?: boolean } = {},
): Promise<TestDatabase> => {
  const name = `kf_test_${randomBytes(6).toString("hex")}`;
  const admin = postgres(clusterUrl, { max: 1, onnotice: () => {} });
  const template = ownRoles ? null : templateIn(clusterUrl);
  await admin.unsafe(`CREATE DATABASE ${name}${template ? ` TEMPLATE ${template.name}` : ""}`);
  const superuserUrl = withName(clusterUrl, { database: name });
  const { deploymentId, logins, passwords } = template ?? (await migrateAnew(superuserUrl));
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
