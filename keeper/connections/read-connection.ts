import type { SealedConnection } from "#db/queries/connection.ts";
import { findSealedConnection } from "#db/queries/connection.ts";
import { verifyGrantMac } from "#lib/crypto/grant-mac.ts";
import { openSealed } from "#lib/crypto/seal.ts";
import { ConnectionConfig } from "#lib/domain/connection.ts";
import { createEventLimit } from "#lib/domain/event-limit.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import type { OwnerId } from "#lib/domain/ids.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { Keeper } from "../keeper.ts";
import { keeperMeta } from "../keeper.ts";
import { CONNECTION_TABLE, connectionPairs } from "./connection-pairs.ts";
import { withOwner } from "./with-owner.ts";

const limit = createEventLimit({ perSecond: 1 });

export const secretCell = (ownerId: OwnerId, id: string) => ({
  table: CONNECTION_TABLE,
  column: "secret",
  id,
  tenant: ownerId,
});

const whyRefused = (keeper: Keeper, ownerId: OwnerId, row: SealedConnection): string | null => {
  if (!verifyGrantMac(keeper.keyring, CONNECTION_TABLE, connectionPairs(ownerId, row), row.mac)) return "mac";
  return row.rev < row.toldRev ? "rev" : null;
};

/** Holds a connection's row against its MAC and its newest event; what no keeper wrote is reported and not used. */
export const verifyConnection = async (
  keeper: Keeper,
  ownerId: OwnerId,
  row: SealedConnection,
  req: string,
): Promise<void> => {
  const reason = whyRefused(keeper, ownerId, row);
  if (reason === null) return;
  if (limit(row.id, Date.now()).write) {
    const event = {
      action: "connection.refused" as const,
      target: { type: "connection" as const, id: row.id },
      outcome: "denied" as const,
      detail: { reason },
    };
    await withOwner(keeper, ownerId, (tx) => writeEvents(tx, keeperMeta(keeper, req), [event]));
  }
  throw new DomainError("INTERNAL", "The connection's row was not written by a keeper. It is not used.", {
    reason,
  });
};

/** A connection that counts. */
export const readConnection = async (
  keeper: Keeper,
  ownerId: OwnerId,
  id: string,
  req: string,
): Promise<SealedConnection> => {
  const row = await withOwner(keeper, ownerId, (tx) => findSealedConnection(tx, id));
  if (!row) throw notFound("connection");
  await verifyConnection(keeper, ownerId, row, req);
  return row;
};

/** What the adapter of a connection is made of; the secret is in the clear here and nowhere else. */
export const openConfig = (keeper: Keeper, ownerId: OwnerId, row: SealedConnection) => {
  const secret =
    row.secret === null
      ? null
      : openSealed(keeper.keyring, secretCell(ownerId, row.id), row.secret).toString("utf8");
  return { config: ConnectionConfig.parse(row.config), externalId: row.externalId, secret };
};
