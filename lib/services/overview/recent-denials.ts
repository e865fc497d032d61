import { countDenials, DENIALS_MAX, listDenialRows } from "#db/queries/overview.ts";
import { z } from "#lib/domain/zod.ts";
import { defineOperatorQuery } from "../define-query.ts";

const HOURS = 24;
const SHOWN_MAX = 5;

/** How many requests were refused within a day, and the last of them. */
export const recentDenials = defineOperatorQuery({
  permission: "platform-audit:read",
  input: z.object({}),
  read: async ({ tx }) => {
    const count = await countDenials(tx, HOURS);
    const rows = await listDenialRows(tx, { hours: HOURS, limit: SHOWN_MAX });
    return {
      count: Math.min(count, DENIALS_MAX),
      capped: count > DENIALS_MAX,
      events: rows.map(({ actorType, actorId, ...row }) => ({
        ...row,
        actor: { type: actorType, id: actorId },
      })),
    };
  },
});
