import type { Pairs } from "#lib/crypto/encryption-context.ts";
import type { TokenMeaning } from "./token-pairs.ts";

/** The table whose name stands before the pairs in the grant MAC of an operator's token. */
export const OPERATOR_TOKEN_TABLE = "operator_token";

/** The pairs that its grant MAC covers: a service token's without a tenant (`docs/formats.md`, Grants). */
export const operatorTokenPairs = (token: Omit<TokenMeaning, "tenant">): Pairs => ({
  id: token.id,
  prefix: token.prefix,
  hash: token.hash,
  scopes: [...token.scopes].sort().join(","),
  expires_at: token.expiresAt,
  revoked_at: token.revokedAt ?? "",
  rev: String(token.rev),
});
