import { dirname, resolve } from "node:path";
import { KEYFOLD_BACKUP_RETENTION, parseBackupRetention } from "#lib/domain/backup-retention.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { FirstOwner } from "#lib/domain/first-owner.ts";

const ROOT = dirname(dirname(import.meta.dirname));

export type Settings = {
  port: number;
  keeperPort: number;
  /** The data directory that was asked for; where it really is decides `resolveDataDir`. */
  dataDir: string;
  /** The migrator's URL of a PostgreSQL of one's own; undefined for the embedded one. */
  databaseUrl: string | undefined;
  adminEmail: string;
  adminPassword: string | undefined;
  sample: SampleWish;
};

/** Whether a sample is loaded: when the database is empty, in any case, or not. */
export type SampleWish = "if-empty" | "yes" | "no";

const refuse = (sentence: string): never => {
  throw new DomainError("INVALID_INPUT", sentence);
};

/** The data directory asked for: `KEYFOLD_DATA_DIR`, or `.keyfold` beside the code. */
export const wantedDataDir = (env: NodeJS.ProcessEnv): string =>
  env.KEYFOLD_DATA_DIR ? resolve(env.KEYFOLD_DATA_DIR) : resolve(ROOT, ".keyfold");

const sampleWish = (parameters: readonly string[], databaseUrl: string | undefined): SampleWish => {
  if (parameters.includes("--sample")) return "yes";
  // A database of one's own is nobody's to fill.
  return parameters.includes("--empty") || databaseUrl !== undefined ? "no" : "if-empty";
};

/**
 * Reads what an operator may set; one sentence for the first thing that is wrong. The flags and the ports `bin/start.mjs`
 * has checked, before anything was installed.
 */
export const readSettings = (env: NodeJS.ProcessEnv, parameters: readonly string[]): Settings => {
  const given = ["CONSOLE_DATABASE_URL", "KEEPER_DATABASE_URL", "SEQUENCER_DATABASE_URL"].find(
    (name) => env[name],
  );
  if (given !== undefined && !env.DATABASE_URL) {
    refuse(`${given} is set and DATABASE_URL is not: set it to the migrator's URL of the same database.`);
  }
  const adminEmail = env.KEYFOLD_ADMIN_EMAIL || "admin@keyfold.local";
  const email = FirstOwner.shape.email.safeParse(adminEmail);
  if (!email.success) refuse(`KEYFOLD_ADMIN_EMAIL is "${adminEmail}": it ${email.error.issues[0]?.message}.`);
  // Only keepers use it; one that is no length of time is said before anything is started.
  parseBackupRetention(env[KEYFOLD_BACKUP_RETENTION]);
  const adminPassword = env.KEYFOLD_ADMIN_PASSWORD || undefined;
  const password = FirstOwner.shape.password.optional().safeParse(adminPassword);
  if (!password.success) refuse(`KEYFOLD_ADMIN_PASSWORD ${password.error.issues[0]?.message}.`);
  const databaseUrl = env.DATABASE_URL || undefined;
  return {
    port: Number(env.PORT),
    keeperPort: Number(env.KEEPER_PORT),
    dataDir: wantedDataDir(env),
    databaseUrl,
    adminEmail,
    adminPassword,
    sample: sampleWish(parameters, databaseUrl),
  };
};
