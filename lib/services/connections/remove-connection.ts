import { findConnectionByName } from "#db/queries/connection-read.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import { defineConnectionMutation } from "./define-connection-mutation.ts";

const both = defineConnectionMutation({
  verb: "manage",
  input: z.object({
    connection: z.string().max(200),
    /** The rev that the asking person saw; without it, whatever it is now. */
    expectedRev: z.coerce.number().int().min(1).optional(),
  }),
  commit: async ({ tx, input, operationId }) => {
    const connection = await findConnectionByName(tx, input.connection);
    if (!connection) throw notFound("connection");
    const expectedRev = input.expectedRev ?? connection.rev;
    if (expectedRev !== connection.rev)
      throw new DomainError("CONFLICT", "The connection was changed meanwhile. Look again.");
    return {
      result: { connectionId: connection.id },
      event: {
        action: "connection.removal_requested",
        target: { type: "connection", id: connection.id },
        detail: { operation: operationId },
      },
      operation: { kind: "remove-connection", input: { connectionId: connection.id, expectedRev } },
    };
  },
});

/** Asks for the end of a connection. A keeper refuses while a key is under it. */
export const removeConnection = both.ofTenant;
/** The same of the platform. */
export const removePlatformConnection = both.ofPlatform;
