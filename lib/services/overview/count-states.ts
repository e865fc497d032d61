import { countStates as count } from "#db/queries/overview.ts";
import { z } from "#lib/domain/zod.ts";
import { defineOperatorQuery } from "../define-query.ts";

/** How many tenants and keys there are, and versions in each state. */
export const countStates = defineOperatorQuery({
  permission: "platform:read",
  input: z.object({}),
  read: ({ tx }) => count(tx),
});
