import { readFileSync } from "node:fs";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as runMigrations } from "drizzle-orm/postgres-js/migrator";
import type { Sql } from "postgres";
import { z } from "../lib/domain/zod.ts";
import { DomainError } from "../lib/domain/errors.ts";
import type { Login } from "./grants.ts";
import { applyAccess } from "./apply-access.ts";
import { openPool } from "./pool.ts";
import { roleName } from "./role-statements.ts";
import { prepareRoles } from "./roles.ts";
import { refuseOldServer } from "./server-version.ts";

const FOLDER = `${import.meta.dirname}/migrations`;
const MIGRATIONS = {
  migrationsFolder: FOLDER,
  migrationsTable: "schema_migration",
  migrationsSchema: "public",
};
/** Two migrators at once would meet each other's half-made tables. */
const LOCK = 0x6b66_6d67;

const Journal = z.object({ entries: z.array(z.object({ when: z.number() })) });

/** When the newest migration of this version was written. */
export const newestKnown = (): number => {
  const journal = Journal.parse(JSON.parse(readFileSync(`${FOLDER}/meta/_journal.json`, "utf8")));
  return Math.max(...journal.entries.map((entry) => entry.when));
};

const refuseNewer = async (sql: Sql): Promise<void> => {
  const [found] = await sql<
    { there: boolean }[]
  >`SELECT to_regclass('public.schema_migration') IS NOT NULL AS there`;
  if (!found?.there) return;
  const [newest] = await sql<
    { at: string | null }[]
  >`SELECT max(created_at)::text AS at FROM public.schema_migration`;
  if (Number(newest?.at ?? 0) > newestKnown()) {
    throw new DomainError(
      "INVALID_STATE",
      "The database was migrated by a newer version of Keyfold. Start that version, or restore a backup made before it.",
    );
  }
};

export type MigrateResult = {
  deploymentId: string;
  /** Nobody has an account: the first one is still to be made. */
  nobodyYet: boolean;
  /** The login roles' names, `kf_<id>_<login>`. */
  logins: Record<Login, string>;
};

/**
 * Brings a database to this version: roles, tables, rules and grants. Safe to run again at any time.
 *
 * @param adminUrl the migrator's direct URL: a superuser, the database's owner with CREATEROLE, or whoever a DBA made the
 *   roles for
 * @param passwords the passwords the login roles are given
 * @throws DomainError `INVALID_STATE` when the database is of a newer version, `UNAVAILABLE` when it cannot be reached
 */
export const migrate = async (adminUrl: string, passwords: Record<Login, string>): Promise<MigrateResult> => {
  const sql = openPool(adminUrl, { max: 1, connect_timeout: 10 });
  try {
    await refuseOldServer(sql);
    await sql`SELECT pg_advisory_lock(${LOCK})`;
    await refuseNewer(sql);
    const deploymentId = await prepareRoles(sql, passwords);
    await sql.unsafe(`SET ROLE ${roleName(deploymentId, "owner")}`);
    await runMigrations(drizzle(sql), MIGRATIONS);
    await sql.begin((tx) => applyAccess(tx, deploymentId));
    const [people] = await sql<{ none: boolean }[]>`SELECT NOT EXISTS (SELECT FROM person) AS none`;
    await sql`RESET ROLE`;
    return {
      deploymentId,
      nobodyYet: people?.none ?? false,
      logins: {
        console: roleName(deploymentId, "console"),
        keeper: roleName(deploymentId, "keeper"),
        sequencer: roleName(deploymentId, "sequencer"),
        cli: roleName(deploymentId, "cli"),
        backup: roleName(deploymentId, "backup"),
      },
    };
  } finally {
    await sql.end({ timeout: 5 });
  }
};
