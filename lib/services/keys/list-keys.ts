import { z } from "#lib/domain/zod.ts";
import { defineQuery } from "../define-query.ts";
import { readKeyViews } from "./key-views.ts";

/** Every key of a tenant, by name, with its versions and the exact count of DEKs on each. */
export const listKeys = defineQuery({
  permission: "key:read",
  input: z.object({}),
  read: async ({ tx }) => ({ keys: await readKeyViews(tx) }),
});
