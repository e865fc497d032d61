import {
  findConnectedCmk,
  findSealedConnection,
  holdPlatformConnection,
  lockConnection,
} from "#db/queries/connection.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import type { Custody } from "#lib/domain/key-state.ts";
import type { Keeper } from "../keeper.ts";
import { ownerOfConnection } from "./open-cmk.ts";
import { withOwner } from "./with-owner.ts";

/** The CMK that is to hold a key, and whose it is. */
export type Holder = { cmkId: string; custody: Custody; provider: string };

/**
 * The CMK of a connection, the tenant's or the platform's, or without one that of the operator's settings.
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
  const ownerId = await ownerOfConnection(keeper, tenantId, connectionId);
  const found = await withOwner(keeper, ownerId, async (tx) => ({
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
  const isHeld =
    (await lockConnection(tx, connectionId, "share")) || (await holdPlatformConnection(tx, connectionId));
  if (!isHeld) throw notFound("connection");
};
