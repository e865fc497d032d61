import { findConnectedCmk, findSealedConnection, lockConnection } from "#db/queries/connection.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import type { Custody } from "#lib/domain/key-state.ts";
import type { Keeper } from "../keeper.ts";

/** The CMK that is to hold a key, and whose it is. */
export type Holder = { cmkId: string; custody: Custody; provider: string };

/**
 * The CMK of a connection, or without one the platform's.
 *
 * @throws `NOT_FOUND` for another tenant's, `INVALID_STATE` for a connection that has passed no test.
 */
export const findHolder = async (
  keeper: Keeper,
  tenantId: TenantId,
  connectionId: string | null,
): Promise<Holder> => {
  if (connectionId === null)
    return { cmkId: keeper.platform.id, custody: "platform", provider: keeper.platform.provider };
  const found = await withTenant(keeper.db, tenantId, async (tx) => ({
    connection: await findSealedConnection(tx, connectionId),
    cmk: await findConnectedCmk(tx, connectionId),
  }));
  if (!found.connection) throw notFound("connection");
  if (!found.cmk) {
    throw new DomainError(
      "INVALID_STATE",
      `The connection ${found.connection.name} has passed no test yet. Test it before a key is put under it.`,
    );
  }
  return { cmkId: connectionId, custody: found.connection.custody, provider: found.connection.provider };
};

/** Holds a connection against its removal until the transaction ends. */
export const holdConnection = async (tx: TenantTx, connectionId: string): Promise<void> => {
  if (!(await lockConnection(tx, connectionId, "share"))) throw notFound("connection");
};
