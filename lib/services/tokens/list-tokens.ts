import { listTokenRows } from "#db/queries/token-read.ts";
import { z } from "#lib/domain/zod.ts";
import { defineQuery } from "../define-query.ts";
import { toTokenView } from "./token-view.ts";

/** A tenant's service tokens, the newest first. */
export const listTokens = defineQuery({
  permission: "token:read",
  input: z.object({}),
  read: async ({ tx }) => {
    const now = Date.parse(await tx.now());
    return { tokens: (await listTokenRows(tx)).map((row) => toTokenView(row, now)) };
  },
});
