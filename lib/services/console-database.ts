import type { Database } from "#db/client.ts";
import { connect } from "#db/client.ts";
import { DomainError } from "#lib/domain/errors.ts";

let pool: Database | undefined;

/** The console's one pool, opened when first used: a build has no database. */
export const consoleDatabase = (): Database => {
  if (!pool) {
    const url = process.env.CONSOLE_DATABASE_URL;
    if (!url) throw new DomainError("UNAVAILABLE", "The console was started without CONSOLE_DATABASE_URL.");
    pool = connect(url, { max: 10 });
  }
  return pool;
};
