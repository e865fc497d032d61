import { readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { sharedInstance } from "../instance.ts";

/** Takes a table away from everybody while `during` runs: what reads it fails as by a fault of ours. */
export const withoutTable = async (table: string, during: () => Promise<void>): Promise<void> => {
  const url = readFileSync(join(sharedInstance().dataDir, "superuser.url"), "utf8").trim();
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const away = `${table}_away`;
  try {
    await sql`ALTER TABLE ${sql(table)} RENAME TO ${sql(away)}`;
    try {
      await during();
    } finally {
      await sql`ALTER TABLE ${sql(away)} RENAME TO ${sql(table)}`;
    }
  } finally {
    await sql.end();
  }
};
