import { z } from "#lib/domain/zod.ts";
import { defineQuery } from "../define-query.ts";

/** A tenant by its slug. */
export const getTenant = defineQuery({
  permission: "tenant:read",
  input: z.object({}),
  read: async ({ tenant }) => ({ ...tenant, createdAt: tenant.createdAt.toISOString() }),
});
