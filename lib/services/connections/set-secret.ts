import { findConnectionByName } from "#db/queries/connection-read.ts";
import { sealedText, secretFieldOf, ConnectionConfig } from "#lib/domain/connection.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import { defineConnectionMutation } from "./define-connection-mutation.ts";

const both = defineConnectionMutation({
  verb: "manage",
  input: z.object({
    connection: z.string().max(200),
    revision: z.coerce.number().int().min(1),
    sealed: sealedText,
  }),
  commit: async ({ tx, input, operationId }) => {
    const connection = await findConnectionByName(tx, input.connection);
    if (!connection) throw notFound("connection");
    if (secretFieldOf(ConnectionConfig.parse(connection.config)) === null)
      throw new DomainError("INVALID_STATE", "This connection needs no secret.");
    if (input.revision <= connection.secretRevision)
      throw new DomainError(
        "CONFLICT",
        "A newer secret was set meanwhile. Type it again if it is to be yours.",
      );
    const { revision, sealed } = input;
    return {
      result: { connectionId: connection.id },
      event: {
        action: "connection.secret_requested",
        target: { type: "connection", id: connection.id },
        detail: { operation: operationId, revision },
      },
      operation: { kind: "set-connection-secret", input: { connectionId: connection.id, revision, sealed } },
    };
  },
});

/** Hands a secret, sealed to the keepers where it was typed, to a keeper. It cannot be read here. */
export const setSecret = both.ofTenant;
/** The same of the platform. */
export const setPlatformSecret = both.ofPlatform;
