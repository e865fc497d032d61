import { eq } from "drizzle-orm";
import { tenant } from "#db/schema/tenant.ts";
import { serviceToken } from "#db/schema/token.ts";
import type { AnyTx, OperatorTx } from "#db/tenant-tx.ts";
import type { TokenView } from "#lib/domain/token-view.ts";
import { tokensOf } from "./token-owner.ts";

/** What may be shown of a token: nothing from which it could be used. */
const viewOf = ({ sql }: AnyTx) => {
  const instant = (column: string) =>
    sql`to_char(${sql(column)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  return sql`
    id, prefix, scopes, rate_limit AS "rateLimit",
    CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= now() THEN 'expired' ELSE 'active' END AS status,
    ${instant("created_at")} AS "createdAt", ${instant("expires_at")} AS "expiresAt",
    ${instant("revoked_at")} AS "revokedAt", ${instant("last_used_at")} AS "lastUsedAt"`;
};

/** Tokens, the newest first: those behind `before`. */
export const listTokenViews = async (
  tx: AnyTx,
  { before, limit }: { before: { at: string; id: string } | null; limit: number },
): Promise<TokenView[]> => {
  const { table, mine } = tokensOf(tx);
  const behind = before
    ? tx.sql`(created_at, id) < (${before.at}::timestamptz, ${before.id}::uuid)`
    : tx.sql`true`;
  return tx.sql<TokenView[]>`
    SELECT ${viewOf(tx)} FROM ${table} WHERE ${mine} AND ${behind} ORDER BY created_at DESC, id DESC LIMIT ${limit}`;
};

export const findTokenView = async (tx: AnyTx, id: string): Promise<TokenView | null> => {
  const { table, mine } = tokensOf(tx);
  const [row] = await tx.sql<TokenView[]>`SELECT ${viewOf(tx)} FROM ${table} WHERE ${mine} AND id = ${id}`;
  return row ?? null;
};

/** Whose a token is, for commands that name it alone. */
export const findTokenTenant = async (tx: OperatorTx, id: string): Promise<string | null> => {
  const [row] = await tx.db
    .select({ slug: tenant.slug })
    .from(serviceToken)
    .innerJoin(tenant, eq(tenant.id, serviceToken.tenantId))
    .where(eq(serviceToken.id, id));
  return row?.slug ?? null;
};
