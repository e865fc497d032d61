import { isUniqueViolation } from "#db/errors.ts";
import { insertTenant } from "#db/queries/tenant.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { newId, slug } from "#lib/domain/ids.ts";
import { z } from "#lib/domain/zod.ts";
import { defineOperatorMutation } from "../define-mutation.ts";

/** Names that mean something else where a tenant's slug stands. */
const RESERVED = new Set(["global", "new"]);

export const CreateTenantInput = z.object({
  slug: slug.refine((text) => !RESERVED.has(text), "is reserved; choose another"),
  name: z.string().trim().min(1, "needs at least 1 character").max(200, "has at most 200 characters"),
});

/** Makes a tenant. Its slug stays and is never reused. */
export const createTenant = defineOperatorMutation({
  permission: "tenant:create",
  input: CreateTenantInput,
  commit: async ({ tx, input }) => {
    const id = newId<TenantId>();
    await insertTenant(tx, { id, ...input }).catch((error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      throw new DomainError("CONFLICT", `The tenant ${input.slug} is there already.`, {
        fields: { slug: ["is taken; choose another"] },
      });
    });
    return {
      result: { id, slug: input.slug },
      event: { action: "tenant.created", target: { type: "tenant", id }, detail: { slug: input.slug } },
      tenant: id,
    };
  },
});
