import type { Sql } from "postgres";
import { DomainError } from "../lib/domain/errors.ts";

const MAJOR_MIN = 15;

/** Refuses a PostgreSQL that is too old for what the tables and roles need. */
export const refuseOldServer = async (sql: Sql): Promise<void> => {
  const [row] = await sql<{ number: number; version: string }[]>`
    SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version`;
  if (row && row.number < MAJOR_MIN * 10_000) {
    throw new DomainError(
      "INVALID_STATE",
      `The database is PostgreSQL ${row.version}: Keyfold needs ${MAJOR_MIN} or newer.`,
    );
  }
};
