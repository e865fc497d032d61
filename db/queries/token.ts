import type { AnyTx, OperatorTx, Statement } from "#db/tenant-tx.ts";
import type { AccessLogMode } from "#lib/domain/access-log.ts";
import type { TenantId, TokenId } from "#lib/domain/ids.ts";
import { tokensOf } from "./token-owner.ts";

/** A service token's row with all that its MAC covers. Instants are RFC 3339 text, as the MAC holds them. */
export type TokenRow = {
  tenantId: TenantId;
  slug: string;
  accessLog: AccessLogMode;
  id: TokenId;
  prefix: string;
  hash: Uint8Array;
  scopes: string[];
  rateLimit: number | null;
  expiresAt: string;
  revokedAt: string | null;
  rev: number;
  mac: Uint8Array;
  expired: boolean;
  /** Not marked as used within the last five minutes. */
  stale: boolean;
  /** The highest rev that a keeper's event tells of; a row behind it was put back from elsewhere. */
  toldRev: number;
};

/** The token of a public prefix, of whichever tenant. */
export const tokenByPrefix = (tx: OperatorTx, prefix: string): Statement<TokenRow> =>
  tx.sql<TokenRow[]>`
    SELECT s.tenant_id AS "tenantId", t.slug, t.access_log AS "accessLog", s.id, s.prefix, s.hash, s.scopes,
           s.rate_limit AS "rateLimit", s.rev, s.mac,
           to_char(s.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "expiresAt",
           to_char(s.revoked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "revokedAt",
           s.expires_at <= now() AS expired,
           coalesce(s.last_used_at < now() - interval '5 minutes', true) AS stale,
           coalesce((SELECT max(e.rev) FROM audit_event e WHERE e.target_id = s.id::text
                     AND e.target_type = 'token' AND e.tenant_id = s.tenant_id AND e.source = 'keeper' AND e.rev IS NOT NULL), 0) AS "toldRev"
    FROM service_token s JOIN tenant t ON t.id = s.tenant_id
    WHERE s.prefix = ${prefix}`;

/** An operator's token with all that its MAC covers. */
export type OperatorTokenRow = Omit<TokenRow, "tenantId" | "slug" | "accessLog">;

/** The operator's token of a public prefix. */
export const operatorTokenByPrefix = (tx: OperatorTx, prefix: string): Statement<OperatorTokenRow> =>
  tx.sql<OperatorTokenRow[]>`
    SELECT s.id, s.prefix, s.hash, s.scopes, s.rate_limit AS "rateLimit", s.rev, s.mac,
           to_char(s.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "expiresAt",
           to_char(s.revoked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "revokedAt",
           s.expires_at <= now() AS expired,
           coalesce(s.last_used_at < now() - interval '5 minutes', true) AS stale,
           coalesce((SELECT max(e.rev) FROM audit_event e WHERE e.target_id = s.id::text AND e.target_type = 'operator_token'
                     AND e.tenant_id IS NULL AND e.source = 'keeper' AND e.rev IS NOT NULL), 0) AS "toldRev"
    FROM operator_token s WHERE s.prefix = ${prefix}`;

/** Marks a token as used, in steps of five minutes: a row that changes with every request would be rewritten all day. */
export const touchToken = async (tx: AnyTx, id: TokenId): Promise<void> => {
  const { table, mine } = tokensOf(tx);
  await tx.sql`
    UPDATE ${table} SET last_used_at = now() WHERE ${mine} AND id = ${id}
    AND (last_used_at IS NULL OR last_used_at < now() - interval '5 minutes')`;
};
