import { z } from "#lib/domain/zod.ts";
import { defineQuery } from "../define-query.ts";
import { readKeyWatch } from "./read-key-watch.ts";

/** A key with its versions and its newest rewrap, as one moment shows them. */
export const watchKey = defineQuery({
  permission: "key:read",
  input: z.object({ key: z.string().max(200) }),
  read: ({ tx, input, tenant }) => readKeyWatch(tx, tenant, input.key),
});
