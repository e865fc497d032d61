import { and, desc, eq, isNull } from "drizzle-orm";
import { operatorToken } from "#db/schema/token.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";
import type { TokenId } from "#lib/domain/ids.ts";
import type { TokenRow as TenantTokenRow } from "./token.ts";
import type { TokenRow as TokenView } from "./token-read.ts";
import type { NewToken } from "./token-write.ts";

const VIEW = {
  id: operatorToken.id,
  prefix: operatorToken.prefix,
  scopes: operatorToken.scopes,
  createdAt: operatorToken.createdAt,
  expiresAt: operatorToken.expiresAt,
  revokedAt: operatorToken.revokedAt,
  lastUsedAt: operatorToken.lastUsedAt,
};

export const listOperatorTokenRows = (tx: OperatorTx): Promise<TokenView[]> =>
  tx.db.select(VIEW).from(operatorToken).orderBy(desc(operatorToken.createdAt)).limit(200);

export const findOperatorTokenView = async (tx: OperatorTx, id: string): Promise<TokenView | null> => {
  const [row] = await tx.db.select(VIEW).from(operatorToken).where(eq(operatorToken.id, id));
  return row ?? null;
};

export const insertOperatorToken = async (tx: OperatorTx, row: NewToken): Promise<void> => {
  await tx.db.insert(operatorToken).values(row);
};

export const lockOperatorToken = async (
  tx: OperatorTx,
  id: string,
): Promise<(NewToken & { revokedAt: Date | null }) | null> => {
  const [row] = await tx.db
    .select({
      id: operatorToken.id,
      prefix: operatorToken.prefix,
      hash: operatorToken.hash,
      scopes: operatorToken.scopes,
      expiresAt: operatorToken.expiresAt,
      revokedAt: operatorToken.revokedAt,
      rev: operatorToken.rev,
      mac: operatorToken.mac,
    })
    .from(operatorToken)
    .where(eq(operatorToken.id, id))
    .for("update");
  return row ?? null;
};

export const revokeOperatorTokenRow = async (
  tx: OperatorTx,
  id: string,
  to: { revokedAt: Date; rev: number; mac: Uint8Array },
): Promise<boolean> => {
  const rows = await tx.db
    .update(operatorToken)
    .set(to)
    .where(and(eq(operatorToken.id, id), isNull(operatorToken.revokedAt)))
    .returning({ id: operatorToken.id });
  return rows.length === 1;
};

/** An operator's token with all that its MAC covers. Instants are RFC 3339 text, as the MAC holds them. */
export type OperatorTokenRow = Omit<TenantTokenRow, "tenantId" | "slug" | "accessLog">;

/** The operator's token of a public prefix. */
export const findOperatorTokenByPrefix = async (
  tx: OperatorTx,
  prefix: string,
): Promise<OperatorTokenRow | null> => {
  const [row] = await tx.sql<OperatorTokenRow[]>`
    SELECT s.id, s.prefix, s.hash, s.scopes, s.rev, s.mac,
           to_char(s.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "expiresAt",
           to_char(s.revoked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "revokedAt",
           s.expires_at <= now() AS expired,
           coalesce(s.last_used_at < now() - interval '5 minutes', true) AS stale,
           coalesce((SELECT max(e.rev) FROM audit_event e WHERE e.target_id = s.id::text AND e.target_type = 'operator_token'
                     AND e.tenant_id IS NULL AND e.source = 'keeper' AND e.rev IS NOT NULL), 0) AS "toldRev"
    FROM operator_token s WHERE s.prefix = ${prefix}`;
  return row ?? null;
};

/** Marks a token as used, in steps of five minutes. */
export const touchOperatorToken = async (tx: OperatorTx, id: TokenId): Promise<void> => {
  await tx.sql`
    UPDATE operator_token SET last_used_at = now() WHERE id = ${id}
    AND (last_used_at IS NULL OR last_used_at < now() - interval '5 minutes')`;
};
