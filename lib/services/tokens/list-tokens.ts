import { defineQuery } from "../define-query.ts";
import { readTokenPage, TokenPageInput } from "./token-page.ts";

/** A tenant's service tokens, the newest first, a page at a time. */
export const listTokens = defineQuery({
  permission: "token:read",
  input: TokenPageInput,
  read: ({ tx, input }) => readTokenPage(tx, input),
});
