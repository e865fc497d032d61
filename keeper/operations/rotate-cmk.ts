import { findConnectedCmk } from "#db/queries/connection.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { noteCmk } from "../connections/note-cmk.ts";
import { openConnection } from "../connections/open-cmk.ts";
import { readConnection } from "../connections/read-connection.ts";
import { recordKmsError } from "../keys/record-kms-error.ts";
import type { OwnerEffect } from "./effect.ts";
import { withOwner } from "../connections/with-owner.ts";

/** Has the provider make the CMK's next version. Keys under it stay as they are, and open as before. */
export const rotateCmk: OwnerEffect<"rotate-cmk"> = async ({ keeper, operation, input }) => {
  const { ownerId, req } = operation;
  const { connectionId } = input;
  const row = await readConnection(keeper, ownerId, connectionId, req);
  const cmk = await withOwner(keeper, ownerId, (tx) => findConnectedCmk(tx, connectionId));
  if (!cmk) throw new DomainError("INVALID_STATE", "The connection has passed no test yet.");
  const { adapter } = await openConnection(keeper, ownerId, connectionId, req);
  if (!adapter.createVersion)
    throw new DomainError("INVALID_STATE", "Keyfold cannot rotate a key of this provider.");
  let version: string;
  try {
    // Told the version that was seen last: done again after a crash, it finds the new one and makes no third.
    version = await adapter.createVersion(cmk.providerVersion);
  } catch (error) {
    await recordKmsError(keeper, ownerId, connectionId, adapter.provider, error, req);
    throw error;
  }
  return async (tx) => ({
    outcome: { connectionId, version },
    events: [
      {
        action: "cmk.rotated",
        target: { type: "cmk", id: connectionId },
        detail: { from: cmk.providerVersion, to: version },
      },
      ...(await noteCmk(tx, row, { health: "enabled", version, code: null })),
    ],
  });
};
