import type { TokenRow } from "#db/queries/token-read.ts";
import { listTokenRows } from "#db/queries/token-read.ts";
import type { TokenStatus, TokenView } from "#lib/domain/token-view.ts";
import { z } from "#lib/domain/zod.ts";
import { defineQuery } from "../define-query.ts";

const statusOf = ({ revokedAt, expiresAt }: TokenRow, now: number): TokenStatus => {
  if (revokedAt) return "revoked";
  return expiresAt.getTime() <= now ? "expired" : "active";
};

const toView = (row: TokenRow, now: number): TokenView => ({
  ...row,
  status: statusOf(row, now),
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
  revokedAt: row.revokedAt?.toISOString() ?? null,
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
});

/** A tenant's service tokens, the newest first. */
export const listTokens = defineQuery({
  permission: "token:read",
  input: z.object({}),
  read: async ({ tx }) => {
    const now = Date.parse(await tx.now());
    return { tokens: (await listTokenRows(tx)).map((row) => toView(row, now)) };
  },
});
