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
  expiresAt: string;
  revokedAt: string | null;
  rev: number;
};

/** The pairs that a token's grant MAC covers (`docs/formats.md`, Grants). Scopes in any order mean the same. */
export const tokenPairs = (token: TokenMeaning): Pairs => ({
  ...(token.tenant === null ? {} : { tenant: token.tenant }),
  id: token.id,
  prefix: token.prefix,
  hash: token.hash,
  scopes: [...token.scopes].sort().join(","),
  expires_at: token.expiresAt,
  revoked_at: token.revokedAt ?? "",
  rev: String(token.rev),
});
