import { countOpenJobs as count } from "#db/queries/open-jobs.ts";
import { z } from "#lib/domain/zod.ts";
import { defineOperatorQuery } from "../define-query.ts";

/** How many rewraps have not ended. */
export const countOpenJobs = defineOperatorQuery({
  permission: "platform:read",
  input: z.object({}),
  read: async ({ tx }) => ({ open: await count(tx) }),
});
