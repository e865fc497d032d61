import { z } from "#lib/domain/zod.ts";
import { listViews as readViews } from "#db/queries/audit-view.ts";
import { defineOperatorQuery } from "../define-query.ts";
import { ownerOf } from "./view-owner.ts";

/** A question to the log with a name. `owner` is the e-mail address of somebody else whose shared view it is. */
export type SavedView = {
  id: string;
  name: string;
  shared: boolean;
  owner: string | null;
  query: string;
  from: string;
  to: string;
};

/** The views of whoever asks, and those that others share. */
export const listViews = defineOperatorQuery({
  permission: "audit-view:keep",
  input: z.object({}),
  read: async ({ tx, actor }): Promise<SavedView[]> => {
    const me = ownerOf(actor);
    const rows = await readViews(tx, me);
    return rows.map(({ personId, email, ...view }) => ({ ...view, owner: personId === me ? null : email }));
  },
});
