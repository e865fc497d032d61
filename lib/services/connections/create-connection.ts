import { findConnectionByName } from "#db/queries/connection-read.ts";
import { CONNECTION_CUSTODIES, ConnectionConfig, connectionId } from "#lib/domain/connection.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { slug } from "#lib/domain/ids.ts";
import { z } from "#lib/domain/zod.ts";
import { defineMutation } from "../define-mutation.ts";

export const CreateConnectionInput = z
  .object({ connectionId, name: slug, custody: z.enum(CONNECTION_CUSTODIES) })
  .and(ConnectionConfig);

/** Asks for a connection of a tenant to its own or the vendor's KMS. It is tested before any key is put under it. */
export const createConnection = defineMutation({
  permission: "connection:manage",
  input: CreateConnectionInput,
  commit: async ({ tx, input, operationId }) => {
    const { connectionId: id, name, custody, ...rest } = input;
    if (await findConnectionByName(tx, name)) {
      throw new DomainError("CONFLICT", `The tenant has a connection named ${name} already.`, {
        fields: { name: ["is taken; choose another"] },
      });
    }
    return {
      result: { id, name },
      event: {
        action: "connection.creation_requested",
        target: { type: "connection", id },
        detail: { operation: operationId, name, provider: rest.provider },
      },
      operation: {
        kind: "create-connection",
        input: { connectionId: id, name, custody, config: ConnectionConfig.parse(rest) },
      },
    };
  },
});
