import type { Pairs } from "#lib/crypto/encryption-context.ts";

/** The tables whose names stand before the pairs in a token's grant MAC: a tenant's tokens, the operator's own. */
export const TOKEN_TABLE = "service_token";
export const OPERATOR_TOKEN_TABLE = "operator_token";

/** What a token means: whom it speaks for, what it may do, until when. */
export type TokenMeaning = {
  /** Null for the operator's own. */
  tenant: string | null;
  id: string;
  prefix: string;
  /** SHA-256 of the whole token, hex. */
  hash: string;
  scopes: readonly string[];
  /** Requests a second; null for a token without a limit. */
  rateLimit: number | null;
  expiresAt: string;
  revokedAt: string | null;
  rev: number;
};

/**
 * The pairs that a token's grant MAC covers (`docs/formats.md`, Grants). Scopes in any order mean the same. Without a
 * limit there is no pair for it: so it was before there were limits, and those tokens keep their MAC.
 */
export const tokenPairs = (token: TokenMeaning): Pairs => ({
  ...(token.tenant === null ? {} : { tenant: token.tenant }),
  id: token.id,
  prefix: token.prefix,
  hash: token.hash,
  scopes: [...token.scopes].sort().join(","),
  expires_at: token.expiresAt,
  revoked_at: token.revokedAt ?? "",
  ...(token.rateLimit === null ? {} : { rate_limit: String(token.rateLimit) }),
  rev: String(token.rev),
});
