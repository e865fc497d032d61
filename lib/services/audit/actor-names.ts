import { isUuid } from "#lib/domain/ids.ts";
import { z } from "#lib/domain/zod.ts";
import { findPeopleById } from "#db/queries/audit-people.ts";
import { defineOperatorQuery } from "../define-query.ts";

/** The e-mail addresses behind the person ids of events, by id. Ids of nobody are left out. */
export const actorNames = defineOperatorQuery({
  permission: "platform-audit:read",
  input: z.object({ ids: z.array(z.string().max(120)).max(400) }),
  read: async ({ tx, input }) => {
    const ids = [...new Set(input.ids.filter(isUuid))];
    if (ids.length === 0) return {};
    const people = await findPeopleById(tx, ids);
    return Object.fromEntries(people.map(({ id, email }) => [id, email])) as Record<string, string>;
  },
});
