import { drizzle } from "drizzle-orm/postgres-js";
import type { Sql } from "postgres";
import { openPool } from "./pool.ts";

/** A pool of connections of one login role. The login owns nothing and may nothing until a transaction chooses its role. */
export type Database = {
  readonly sql: Sql;
  /** `kf_<id>_<login>`; its roles are `<login>_tenant` and `<login>_operator`. */
  readonly login: string;
  close(): Promise<void>;
};

export type ConnectOptions = {
  /** Connections at most. */
  max?: number;
  /** Named prepared statements; off behind poolers that cannot carry them. */
  prepare?: boolean;
};

/** Opens a pool for one of the deployment's logins. Connections are made when first used. */
export const connect = (url: string, options: ConnectOptions = {}): Database => {
  const sql = openPool(
    url,
    {
      max: options.max ?? 10,
      prepare: options.prepare ?? process.env.KEYFOLD_PREPARED_STATEMENTS !== "off",
      connect_timeout: 5,
      idle_timeout: 60,
      max_lifetime: 30 * 60,
      backoff: (tries: number) => Math.min(0.1 * 2 ** tries, 2),
    },
    // Drizzle sets the pool's type parsers when it is constructed; transactions use the same pool.
    (pool) => void drizzle(pool),
  );
  return { sql, login: decodeURIComponent(new URL(url).username), close: () => sql.end({ timeout: 5 }) };
};
