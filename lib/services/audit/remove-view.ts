import { notFound } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import { deleteView } from "#db/queries/audit-view.ts";
import { defineOperatorMutation } from "../define-mutation.ts";
import { ownerOf } from "./view-owner.ts";

/** Ends a view of the log; each is its owner's to remove, also when it is shared. */
export const removeView = defineOperatorMutation({
  permission: "audit-view:keep",
  input: z.object({ id: z.uuid() }),
  commit: async ({ tx, input: { id }, actor }) => {
    if (!(await deleteView(tx, id, ownerOf(actor)))) throw notFound("view");
    return {
      result: { id },
      event: { action: "audit.view_removed", target: { type: "audit", id }, detail: {} },
    };
  },
});
