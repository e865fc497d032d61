import type { Pairs } from "#lib/crypto/encryption-context.ts";

/** The table whose name stands before the pairs in a token's grant MAC. */
export const TOKEN_TABLE = "service_token";

/** What a service token means: which tenant it speaks for, what it may do, until when. */
export type TokenMeaning = {
  tenant: string;
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
  tenant: token.tenant,
  id: token.id,
  prefix: token.prefix,
  hash: token.hash,
  scopes: [...token.scopes].sort().join(","),
  expires_at: token.expiresAt,
  revoked_at: token.revokedAt ?? "",
  rev: String(token.rev),
});
