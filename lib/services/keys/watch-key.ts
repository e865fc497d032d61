import { notFound } from "#lib/domain/errors.ts";
import type { KeyWatch } from "#lib/domain/key-watch.ts";
import { z } from "#lib/domain/zod.ts";
import { defineQuery } from "../define-query.ts";
import { readJobViews } from "../rewrap/job-views.ts";
import { readKeyViews } from "./key-views.ts";

/** A key with its versions and its newest rewrap, as one moment shows them. */
export const watchKey = defineQuery({
  permission: "key:read",
  input: z.object({ key: z.string().max(200) }),
  read: async ({ tx, input, tenant }): Promise<KeyWatch> => {
    const [key] = await readKeyViews(tx, input.key);
    if (!key) throw notFound("key");
    const [job] = await readJobViews(tx, tenant, { keyId: key.id, limit: 1 });
    return { key, job: job ?? null, now: await tx.now() };
  },
});
