import { findConnectionByName } from "#db/queries/connection-read.ts";
import { notFound } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import type { Mutation } from "../define-mutation.ts";
import { defineMutation } from "../define-mutation.ts";

type ConnectionRequest = {
  permission: "connection:test" | "connection:rotate";
  kind: "test-connection" | "rotate-cmk";
  action: "connection.test_requested" | "connection.rotation_requested";
};

/** The use case of asking a keeper for something that needs no more than the connection's name. */
export const defineConnectionRequest = ({
  permission,
  kind,
  action,
}: ConnectionRequest): Mutation<{ connectionId: string }> =>
  defineMutation({
    permission,
    input: z.object({ connection: z.string().max(200) }),
    commit: async ({ tx, input, operationId }) => {
      const connection = await findConnectionByName(tx, input.connection);
      if (!connection) throw notFound("connection");
      return {
        result: { connectionId: connection.id },
        event: {
          action,
          target: { type: "connection", id: connection.id },
          detail: { operation: operationId },
        },
        operation: { kind, input: { connectionId: connection.id } },
      };
    },
  });
