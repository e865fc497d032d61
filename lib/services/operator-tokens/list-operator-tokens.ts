import { listOperatorTokenRows } from "#db/queries/operator-token.ts";
import { z } from "#lib/domain/zod.ts";
import { defineOperatorQuery } from "../define-query.ts";
import { toTokenView } from "../tokens/token-view.ts";

/** The operator's own tokens, the newest first. */
export const listOperatorTokens = defineOperatorQuery({
  permission: "operator-token:read",
  input: z.object({}),
  read: async ({ tx }) => {
    const now = Date.parse(await tx.now());
    return { tokens: (await listOperatorTokenRows(tx)).map((row) => toTokenView(row, now)) };
  },
});
