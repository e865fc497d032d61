import { findConnectionByName } from "#db/queries/connection-read.ts";
import { findKeyByName } from "#db/queries/key-read.ts";
import { connectionId as uuidOfConnection } from "#lib/domain/connection.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import { defineMutation } from "../define-mutation.ts";

export const MoveKeyInput = z.object({
  key: z.string().max(200),
  /** The name of a connection; null for the CMK of the operator's settings. */
  connection: z.string().max(200).nullable(),
  /** Or the id of a connection of the platform; a keeper holds it against what is there. */
  platformConnection: uuidOfConnection.optional(),
  /** The rev of the key that the asking person saw; without it, whatever it is now. */
  expectedRev: z.coerce.number().int().min(1).optional(),
});

/** Asks for a key to be put under another CMK. Its KEKs are wrapped anew; no record is touched. */
export const moveKey = defineMutation({
  permission: "key:move",
  input: MoveKeyInput,
  commit: async ({ tx, input, operationId }) => {
    const key = await findKeyByName(tx, input.key);
    if (!key) throw notFound("key");
    if (input.expectedRev !== undefined && input.expectedRev !== key.rev) {
      throw new DomainError(
        "CONFLICT",
        "Somebody else changed this key meanwhile. Look where it is before you move it.",
      );
    }
    const connection = input.connection === null ? null : await findConnectionByName(tx, input.connection);
    if (input.connection !== null && !connection) throw notFound("connection");
    if (connection && !connection.ready) {
      throw new DomainError(
        "INVALID_STATE",
        `The connection ${input.connection} has passed no test yet. Test it before a key is put under it.`,
      );
    }
    const connectionId = connection?.id ?? input.platformConnection ?? null;
    return {
      result: { keyId: key.id },
      event: {
        action: "key.move_requested",
        target: { type: "key", id: key.id },
        detail: { operation: operationId, connection: connectionId },
      },
      operation: { kind: "move-key", input: { keyId: key.id, connectionId } },
    };
  },
});
