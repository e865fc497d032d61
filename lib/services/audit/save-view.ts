import { DomainError } from "#lib/domain/errors.ts";
import { newId } from "#lib/domain/ids.ts";
import { z } from "#lib/domain/zod.ts";
import { countViews, insertView } from "#db/queries/audit-view.ts";
import { defineOperatorMutation } from "../define-mutation.ts";
import { EventQuery } from "./event-query.ts";
import { ownerOf } from "./view-owner.ts";

const NAME_CHARS_MAX = 60;
const VIEWS_MAX = 50;

const text = z.string().max(2_000).default("");
const ViewInput = z
  .object({
    name: z
      .string()
      .trim()
      .min(1, "is needed")
      .max(NAME_CHARS_MAX, `has at most ${NAME_CHARS_MAX} characters`),
    shared: z.boolean(),
    query: text,
    from: text,
    to: text,
  })
  // What the log would not understand is no view of it.
  .superRefine(({ query, from, to }, context) => {
    for (const issue of EventQuery.safeParse({ query, from, to }).error?.issues ?? [])
      context.addIssue({ code: "custom", path: issue.path, message: issue.message });
  });

/** Keeps a question to the log under a name: for whoever asks, or for all who may read the log. */
export const saveView = defineOperatorMutation({
  permission: "audit-view:keep",
  input: ViewInput,
  commit: async ({ tx, input, actor }) => {
    const personId = ownerOf(actor);
    if ((await countViews(tx, personId)) >= VIEWS_MAX)
      throw new DomainError("LIMIT_EXCEEDED", `You have ${VIEWS_MAX} views. Remove one first.`);
    const id = newId();
    if (!(await insertView(tx, { ...input, id, personId }))) {
      const sentence = "You have a view of that name.";
      throw new DomainError("CONFLICT", sentence, { fields: { name: [sentence] } });
    }
    return {
      result: { id },
      event: {
        action: "audit.view_saved",
        target: { type: "audit", id },
        detail: { shared: input.shared },
      },
    };
  },
});
