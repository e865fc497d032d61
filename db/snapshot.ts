import type { TransactionSql } from "postgres";
import { DomainError } from "../lib/domain/errors.ts";
import { toDomainError } from "./errors.ts";
import { openPool } from "./pool.ts";

declare const scope: unique symbol;
/** A read-only transaction over a whole database as it was at one instant, outside of row-level security's tenants. */
export type SnapshotTx = { readonly sql: TransactionSql; readonly [scope]: "snapshot" };

const ALONG_KEYS = [
  "enable_seqscan",
  "enable_bitmapscan",
  "enable_sort",
  "enable_hashjoin",
  "enable_mergejoin",
];
const CANNOT_READ = new Set(["42501", "28000", "28P01", "3D000"]);

const asSentence = (error: unknown, url: string): unknown => {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string" || error instanceof DomainError) return error;
  const host = URL.parse(url)?.host ?? "the URL given";
  if (code === "42P01")
    return new DomainError("INVALID_STATE", `The database at ${host} holds no Keyfold.`, { cause: error });
  if (CANNOT_READ.has(code) || code.startsWith("28")) {
    return new DomainError(
      "FORBIDDEN",
      `The database at ${host} does not let this login read everything (${code}): use a superuser's, or the deployment's backup login.`,
      { cause: error },
    );
  }
  const known = toDomainError(error);
  return known instanceof DomainError
    ? new DomainError("UNAVAILABLE", `The database at ${host} cannot be reached (${code}).`, { cause: error })
    : /^(E[A-Z]+|CONNECT)/.test(code)
      ? new DomainError("UNAVAILABLE", `The database at ${host} cannot be reached (${code}).`, {
          cause: error,
        })
      : error;
};

/**
 * Reads a database with any login that sees all of it: a superuser's, or the deployment's backup login.
 *
 * @throws `FORBIDDEN` when the login does not see all, `INVALID_STATE` when it is no Keyfold's, `UNAVAILABLE`
 */
export const readSnapshot = async <T>(url: string, run: (tx: SnapshotTx) => Promise<T>): Promise<T> => {
  const sql = openPool(url, {
    max: 1,
    connect_timeout: 10,
    prepare: process.env.KEYFOLD_PREPARED_STATEMENTS !== "off",
  });
  try {
    const result = await sql.begin("isolation level repeatable read read only", async (tx) => {
      // Pages follow the primary keys. A restored database has no statistics yet: left to itself the planner would read
      // and sort a whole tenant for each page.
      await tx.unsafe(ALONG_KEYS.map((setting) => `SET LOCAL ${setting} = off`).join("; "));
      // Row-level security hides rows without a word: who does not see this one row would call an empty result whole.
      const seen = await tx`SELECT FROM deployment`;
      if (seen.length !== 1) throw Object.assign(new Error("No deployment is visible."), { code: "42501" });
      return { value: await run({ sql: tx } as SnapshotTx) };
    });
    return (result as { value: T }).value;
  } catch (error) {
    throw asSentence(error, url);
  } finally {
    await sql.end({ timeout: 5 });
  }
};
