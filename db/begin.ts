import type { Sql, TransactionSql } from "postgres";
import { DomainError } from "../lib/domain/errors.ts";
import { beginEagerly } from "./eager-begin.ts";

const LOST = new Set(["CONNECTION_CLOSED", "CONNECTION_DESTROYED", "CONNECTION_ENDED"]);

/** Did the connection end, rather than a statement fail? PostgreSQL hangs up after what it calls FATAL. */
const isConnectionLost = (error: unknown): boolean => {
  for (let at = error; at instanceof Error && !(at instanceof DomainError); at = at.cause) {
    if ("code" in at && typeof at.code === "string" && LOST.has(at.code)) return true;
    if ("syscall" in at || ("severity" in at && (at.severity === "FATAL" || at.severity === "PANIC")))
      return true;
  }
  return false;
};

const refuseWhen = (lost: () => boolean, sql: TransactionSql): TransactionSql => {
  const check = (): void => {
    if (lost()) throw new DomainError("UNAVAILABLE", "The connection to the database was lost. Try again.");
  };
  return new Proxy(sql, {
    apply: (target, self, args) => {
      check();
      return Reflect.apply(target, self, args);
    },
    get: (target, property, receiver) => {
      if (property === "unsafe") check();
      return Reflect.get(target, property, receiver);
    },
  });
};

/**
 * `sql.begin` for a connection that may end in the middle. postgres.js 3.4 then writes its ROLLBACK to a socket that is
 * gone, which ends the process or leaves the connection unusable for a minute (porsager/postgres#1208), and sends later
 * statements of the dead transaction into whichever transaction has the connection next (#1216), be it of another
 * tenant. So what runs in a lost transaction gets no further statement out, and its end is kept from postgres.js.
 */
export const begin = async <T>(
  pool: Sql,
  mode: string,
  run: (sql: TransactionSql) => Promise<T>,
): Promise<T> => {
  let lost = false;
  const gone = Promise.withResolvers<never>();
  const never = new Promise<never>(() => {});
  const lose = (error: unknown): void => {
    lost = true;
    gone.reject(error);
  };
  const inTransaction = async (sql: TransactionSql) => {
    try {
      const value = await run(refuseWhen(() => lost, sql));
      return lost ? never : { value };
    } catch (error) {
      if (!lost && !isConnectionLost(error)) throw error;
      lose(error);
      return never;
    }
  };
  const transaction = beginEagerly(pool, mode, inTransaction, lose);
  transaction.catch(() => {
    lost = true;
  });
  const { value } = (await Promise.race([transaction, gone.promise])) as { value: T };
  return value;
};
