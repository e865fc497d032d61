import { findConnectionByName } from "#db/queries/connection-read.ts";
import { notFound } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import { defineConnectionMutation } from "./define-connection-mutation.ts";

type ConnectionRequest = {
  verb: "test" | "rotate";
  kind: "test-connection" | "rotate-cmk";
  action: "connection.test_requested" | "connection.rotation_requested";
};

/** The use case of asking a keeper for something that needs no more than the connection's name. */
export const defineConnectionRequest = ({ verb, kind, action }: ConnectionRequest) =>
  defineConnectionMutation({
    verb,
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
