import { isSampleTenant } from "#db/queries/remove-tenant.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import { defineMutation } from "../define-mutation.ts";

/** Asks a keeper to remove a sample tenant's data. Any other tenant is refused, here and there. */
export const removeSampleTenant = defineMutation({
  permission: "sample:manage",
  input: z.object({}),
  commit: async ({ tx, operationId }) => {
    if (!(await isSampleTenant(tx)))
      throw new DomainError("INVALID_STATE", "This tenant is not of the sample. It is not removed.");
    return {
      result: { tenant: tx.tenantId },
      event: {
        action: "tenant.removal_requested",
        target: { type: "tenant", id: tx.tenantId },
        detail: { operation: operationId },
      },
      operation: { kind: "remove-sample-tenant", input: {} },
    };
  },
});
