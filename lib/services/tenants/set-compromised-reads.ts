import { updateCompromisedReads } from "#db/queries/tenant.ts";
import { notFound } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import { defineMutation } from "../define-mutation.ts";

/** Says whether a compromised version still unwraps for reads of this tenant. It always does for a re-encrypt. */
export const setCompromisedReads = defineMutation({
  permission: "tenant:configure",
  input: z.object({ allowed: z.stringbool().or(z.boolean()) }),
  commit: async ({ tx, input }) => {
    if (!(await updateCompromisedReads(tx, input.allowed))) throw notFound("tenant");
    return {
      result: { allowed: input.allowed },
      event: {
        action: "tenant.compromised_reads_set",
        target: { type: "tenant", id: tx.tenantId },
        detail: { allowed: input.allowed },
      },
    };
  },
});
