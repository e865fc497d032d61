import { DrizzleQueryError } from "drizzle-orm/errors";
import { PgDialect } from "drizzle-orm/pg-core";
import { PostgresJsSession, PostgresJsTransaction } from "drizzle-orm/postgres-js/session";
import type { PendingQuery, Row, TransactionSql } from "postgres";
import type { DeploymentId, OwnerId, TenantId } from "../lib/domain/ids.ts";
import { begin } from "./begin.ts";
import type { Database } from "./client.ts";
import { toDomainError } from "./errors.ts";

type NoSchema = Record<string, never>;
type Drizzle = PostgresJsTransaction<NoSchema, NoSchema>;

declare const scope: unique symbol;
type Tx = {
  /** Typed queries. */
  readonly db: Drizzle;
  /** The same transaction as tagged templates, for statements where every microsecond counts. */
  readonly sql: TransactionSql;
  /** The transaction's instant on PostgreSQL's clock, as audit entries carry it. */
  now(): Promise<string>;
};
/** A transaction that sees one tenant and nothing else. */
export type TenantTx = Tx & {
  readonly tenantId: TenantId;
  /** The tenant again: whose connections these are. */
  readonly ownerId: OwnerId;
  readonly [scope]: "tenant";
};
/** A transaction of the operator's side, over all tenants. */
export type OperatorTx = Tx & { readonly [scope]: "operator" };
export type AnyTx = TenantTx | OperatorTx;
/** A transaction about the connections of one owner: a tenant's, or the operator's about the platform's own. */
export type OwnerTx = AnyTx & { readonly ownerId: OwnerId };

const dialect = new PgDialect();

/** Drizzle asks for each statement's description anew unless it is named: one flight more for each query. */
const prepared = (sql: TransactionSql): TransactionSql =>
  new Proxy(sql, {
    get: (target, property, receiver) =>
      property === "unsafe"
        ? (query: string, params?: never[]) => target.unsafe(query, params, { prepare: true })
        : Reflect.get(target, property, receiver),
  });

type Role = "tenant" | "operator";
type Opened = { tx: Tx; setup: Promise<unknown> };

/** Chooses the transaction's role and tenant. Not awaited: it travels with BEGIN and the first query, in one flight. */
const openTx = (db: Database, role: Role, tenantId: string, sql: TransactionSql): Opened => {
  const setup = sql<{ t: string }[]>`
    SELECT set_config('role', ${`${db.login}_${role}`}, true),
           set_config('app.tenant_id', ${tenantId}, true),
           to_char(transaction_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS t`.execute();
  // A failure here aborts the transaction, so nothing after it takes effect.
  setup.catch(() => {});
  const client = db.sql.options.prepare ? prepared(sql) : sql;
  // Drizzle runs on a transaction's client just so, but types the parameter as a pool.
  const session = new PostgresJsSession<never, NoSchema, NoSchema>(client as never, dialect, undefined, {});
  const tx: Tx = {
    db: new PostgresJsTransaction<NoSchema, NoSchema>(dialect, session, undefined),
    sql,
    now: async () => (await setup)[0]?.t ?? "",
  };
  return { tx, setup };
};

/** Drizzle's own error repeats the statement's values in its message; what PostgreSQL said stands behind it. */
const causeOf = (error: unknown): unknown =>
  error instanceof DrizzleQueryError ? (error.cause ?? new Error("A query failed.")) : error;

const transact = async <T, X>(
  db: Database,
  role: Role,
  tenantId: string,
  extend: (tx: Tx) => X,
  run: (tx: X) => Promise<T>,
  mode = "",
): Promise<T> => {
  try {
    return await begin(db.sql, mode, async (sql) => {
      const { tx, setup } = openTx(db, role, tenantId, sql);
      try {
        const value = await run(extend(tx));
        await setup;
        return value;
      } catch (error) {
        await setup;
        throw error;
      }
    });
  } catch (error) {
    throw toDomainError(causeOf(error));
  }
};

/** A statement that is sent when it is waited for, or as the only one of its transaction. */
export type Statement<R extends Row> = PendingQuery<R[]>;
/** What one statement found or changed, and the instant of its transaction. */
export type Asked<R extends Row> = { rows: readonly R[]; now: string };

const ask = async <R extends Row, X>(
  db: Database,
  role: Role,
  tenantId: string,
  extend: (tx: Tx) => X,
  statement: (tx: X) => Statement<R>,
): Promise<Asked<R>> => {
  try {
    const sent = await begin(db.sql, "", async (sql) => {
      const { tx, setup } = openTx(db, role, tenantId, sql);
      const rows = statement(extend(tx)).execute();
      rows.catch(() => {});
      // Within an object, so that COMMIT follows without a wait for them. It rolls back what has failed by then.
      return { tx, setup, rows };
    });
    await sent.setup;
    return { rows: await sent.rows, now: await sent.tx.now() };
  } catch (error) {
    throw toDomainError(error);
  }
};

const asTenant =
  (tenantId: TenantId) =>
  (tx: Tx): TenantTx =>
    ({ ...tx, tenantId, ownerId: tenantId }) as TenantTx;
const asOperator = (tx: Tx): OperatorTx => tx as OperatorTx;

/** Runs a transaction as the login's tenant role, for one tenant (`app.tenant_id`, gone with the transaction). */
export const withTenant = <T>(
  db: Database,
  tenantId: TenantId,
  run: (tx: TenantTx) => Promise<T>,
): Promise<T> => transact(db, "tenant", tenantId, asTenant(tenantId), run);

/** Runs a transaction as the login's operator role. */
export const withOperator = <T>(db: Database, run: (tx: OperatorTx) => Promise<T>): Promise<T> =>
  transact(db, "operator", "", asOperator, run);

/**
 * As `withTenant`, for a transaction of one statement, which is all in one flight: whoever waits for it waits for the
 * database once, and not for BEGIN, the statement and COMMIT each.
 */
export const askAsTenant = <R extends Row>(
  db: Database,
  tenantId: TenantId,
  statement: (tx: TenantTx) => Statement<R>,
): Promise<Asked<R>> => ask(db, "tenant", tenantId, asTenant(tenantId), statement);

/** As `withOperator`, for a transaction of one statement, which is all in one flight. */
export const askAsOperator = <R extends Row>(
  db: Database,
  statement: (tx: OperatorTx) => Statement<R>,
): Promise<Asked<R>> => ask(db, "operator", "", asOperator, statement);

/** An operator's transaction, about the platform's own connections. */
export const asPlatform = (tx: OperatorTx, deploymentId: DeploymentId): OperatorTx & OwnerTx => ({
  ...tx,
  ownerId: deploymentId,
});

/** As `withOperator`, but every statement sees the same instant of the database, and none may change it. */
export const withOperatorSnapshot = <T>(db: Database, run: (tx: OperatorTx) => Promise<T>): Promise<T> =>
  transact(db, "operator", "", asOperator, run, "isolation level repeatable read read only");
