import { countCoverage } from "#db/queries/coverage.ts";
import { z } from "#lib/domain/zod.ts";
import { defineQuery } from "../define-query.ts";

const SHOWN_MAX = 50;

/** How far the records of each collection are on the current version of their key, the largest first. */
export const listCoverage = defineQuery({
  permission: "key:read",
  input: z.object({}),
  read: async ({ tx }) => {
    const rows = await countCoverage(tx, SHOWN_MAX + 1);
    return { collections: rows.slice(0, SHOWN_MAX), more: rows.length > SHOWN_MAX };
  },
});
