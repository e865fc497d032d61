import { findConnectionByName } from "#db/queries/connection-read.ts";
import { TENANT_CUSTODIES, ConnectionConfig, connectionId } from "#lib/domain/connection.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { slug } from "#lib/domain/ids.ts";
import { z } from "#lib/domain/zod.ts";
import { defineConnectionMutation } from "./define-connection-mutation.ts";

export const CreateConnectionInput = z
  .object({ connectionId, name: slug, custody: z.enum(TENANT_CUSTODIES).optional() })
  .and(ConnectionConfig);

const both = defineConnectionMutation({
  verb: "manage",
  input: CreateConnectionInput,
  commit: async ({ tx, input, operationId }) => {
    const { connectionId: id, name, custody: asked = "customer", ...rest } = input;
    const custody = "tenantId" in tx ? asked : "platform";
    if (await findConnectionByName(tx, name)) {
      throw new DomainError("CONFLICT", `There is a connection named ${name} already.`, {
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

/** Asks for a connection of a tenant to its own or the vendor's KMS. It is tested before any key is put under it. */
export const createConnection = both.ofTenant;
/** The same of the platform. */
export const createPlatformConnection = both.ofPlatform;
