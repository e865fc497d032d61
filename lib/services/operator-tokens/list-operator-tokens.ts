import { defineOperatorQuery } from "../define-query.ts";
import { readTokenPage, TokenPageInput } from "../tokens/token-page.ts";

/** The operator's own tokens, the newest first, a page at a time. */
export const listOperatorTokens = defineOperatorQuery({
  permission: "operator-token:read",
  input: TokenPageInput,
  read: ({ tx, input }) => readTokenPage(tx, input),
});
