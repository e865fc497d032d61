import { notFound } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import { defineQuery } from "../define-query.ts";
import { readKeyViews } from "./key-views.ts";

/** One key of a tenant, by its name. */
export const getKey = defineQuery({
  permission: "key:read",
  input: z.object({ key: z.string().max(200) }),
  read: async ({ tx, input }) => {
    const [key] = await readKeyViews(tx, input.key);
    if (!key) throw notFound("key");
    return key;
  },
});
