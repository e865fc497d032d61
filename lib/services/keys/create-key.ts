import { findConnectionByName } from "#db/queries/connection-read.ts";
import { findKeyByName } from "#db/queries/key-read.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import type { ConnectionId } from "#lib/domain/connection.ts";
import { connectionId as uuidOfConnection } from "#lib/domain/connection.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { slug } from "#lib/domain/ids.ts";
import { z } from "#lib/domain/zod.ts";
import { defineMutation } from "../define-mutation.ts";

export const CreateKeyInput = z.object({
  name: slug,
  /** The name of the connection whose CMK is to hold it; without one, the CMK of the operator's settings. */
  connection: z.string().max(200).optional(),
  /** Or the id of a connection of the platform; a keeper holds it against what is there. */
  platformConnection: uuidOfConnection.optional(),
});

const connectionFor = async (tx: TenantTx, name: string | undefined): Promise<ConnectionId | undefined> => {
  if (!name) return undefined;
  const connection = await findConnectionByName(tx, name);
  const problem = connection ? "has passed no test yet; test it first" : "is not there";
  if (connection?.ready) return connection.id;
  throw new DomainError(connection ? "INVALID_STATE" : "NOT_FOUND", `The connection ${name} ${problem}.`, {
    fields: { connection: [problem] },
  });
};

/** Asks for a key of a tenant: a keeper makes its first version. The name is bound into every wrap and stays. */
export const createKey = defineMutation({
  permission: "key:create",
  input: CreateKeyInput,
  commit: async ({ tx, input, operationId }) => {
    const { name } = input;
    if (await findKeyByName(tx, name)) {
      throw new DomainError("CONFLICT", `The tenant has a key named ${name} already.`, {
        fields: { name: ["is taken; choose another"] },
      });
    }
    const connectionId = (await connectionFor(tx, input.connection)) ?? input.platformConnection;
    const under = connectionId === undefined ? {} : { connectionId };
    return {
      result: { name },
      event: {
        action: "key.creation_requested",
        target: { type: "tenant", id: tx.tenantId },
        detail: { name, operation: operationId, ...(connectionId && { connection: connectionId }) },
      },
      operation: { kind: "create-key", input: { name, ...under } },
    };
  },
});
