import { listTenants as rows } from "#db/queries/tenant.ts";
import { z } from "#lib/domain/zod.ts";
import { defineOperatorQuery } from "../define-query.ts";

/** Every tenant, by slug. */
export const listTenants = defineOperatorQuery({
  permission: "platform:read",
  input: z.object({}),
  read: async ({ tx }) => (await rows(tx)).map((row) => ({ ...row, createdAt: row.createdAt.toISOString() })),
});
