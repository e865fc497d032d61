import type { Instance } from "#cli/shell/instance.ts";
import { newestKnown } from "#db/migrate.ts";
import { findNewestMigration } from "#db/queries/schema-version.ts";
import { readSnapshot } from "#db/snapshot.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { type Check, failed, type Finding, ok } from "./check.ts";

const compare = (applied: number, known: number): Finding => {
  if (applied === known)
    return ok(`migrated to this version (${new Date(known).toISOString().slice(0, 10)})`);
  return applied > known
    ? failed("is of a newer version of Keyfold than this command")
    : failed("is of an older version: start Keyfold, it migrates");
};

/** Whether the database is of this version. Only the backup login may read the list of migrations. */
export const checkDatabase = async ({ credentials }: Instance): Promise<Check> => {
  try {
    const applied = await readSnapshot(credentials.backup, findNewestMigration);
    return { name: "database", ...compare(applied, newestKnown()) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { name: "database", ...failed(error.message) };
  }
};
