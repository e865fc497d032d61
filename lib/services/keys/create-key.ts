import { findKeyByName } from "#db/queries/key-read.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { slug } from "#lib/domain/ids.ts";
import { z } from "#lib/domain/zod.ts";
import { defineMutation } from "../define-mutation.ts";

export const CreateKeyInput = z.object({ name: slug });

/** Asks for a key of a tenant: a keeper makes its first version. The name is bound into every wrap and stays. */
export const createKey = defineMutation({
  permission: "key:create",
  input: CreateKeyInput,
  commit: async ({ tx, input, operationId }) => {
    if (await findKeyByName(tx, input.name)) {
      throw new DomainError("CONFLICT", `The tenant has a key named ${input.name} already.`, {
        fields: { name: ["is taken; choose another"] },
      });
    }
    return {
      result: { name: input.name },
      event: {
        action: "key.creation_requested",
        target: { type: "tenant", id: tx.tenantId },
        detail: { name: input.name, operation: operationId },
      },
      operation: { kind: "create-key", input: { name: input.name } },
    };
  },
});
