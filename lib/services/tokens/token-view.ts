import type { TokenRow } from "#db/queries/token-read.ts";
import type { TokenStatus, TokenView } from "#lib/domain/token-view.ts";

const statusOf = ({ revokedAt, expiresAt }: TokenRow, now: number): TokenStatus => {
  if (revokedAt) return "revoked";
  return expiresAt.getTime() <= now ? "expired" : "active";
};

/** What may be shown of a token. */
export const toTokenView = (row: TokenRow, now: number): TokenView => ({
  ...row,
  status: statusOf(row, now),
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
  revokedAt: row.revokedAt?.toISOString() ?? null,
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
});
