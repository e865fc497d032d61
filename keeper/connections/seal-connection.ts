import type { SealedConnection } from "#db/queries/connection.ts";
import { grantMac } from "#lib/crypto/grant-mac.ts";
import type { OwnerId } from "#lib/domain/ids.ts";
import type { Keeper } from "../keeper.ts";
import { CONNECTION_TABLE, connectionPairs } from "./connection-pairs.ts";

/** A connection's row with the MAC over everything it says. */
export const sealConnection = <C extends Omit<SealedConnection, "mac" | "toldRev">>(
  keeper: Pick<Keeper, "keyring">,
  ownerId: OwnerId,
  row: C,
): C & { mac: Uint8Array } => ({
  ...row,
  mac: grantMac(keeper.keyring, CONNECTION_TABLE, connectionPairs(ownerId, row)),
});
