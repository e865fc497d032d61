import type { AnyTx } from "#db/tenant-tx.ts";
import { tokensOf } from "./token-owner.ts";

/** A token as a keeper writes it. Instants are RFC 3339 text, as its MAC holds them. */
export type NewToken = {
  id: string;
  prefix: string;
  hash: Uint8Array;
  scopes: string[];
  rateLimit: number | null;
  expiresAt: string;
  rev: number;
  mac: Uint8Array;
};

export const insertToken = async (tx: AnyTx, row: NewToken): Promise<void> => {
  const { expiresAt, rateLimit, ...rest } = row;
  const owner = "tenantId" in tx ? { tenant_id: tx.tenantId } : {};
  await tx.sql`INSERT INTO ${tokensOf(tx).table} ${tx.sql({ ...owner, ...rest, expires_at: expiresAt, rate_limit: rateLimit })}`;
};

export const lockToken = async (
  tx: AnyTx,
  id: string,
): Promise<(Omit<NewToken, "mac"> & { revokedAt: string | null }) | null> => {
  const { table, mine } = tokensOf(tx);
  const [row] = await tx.sql<(Omit<NewToken, "mac"> & { revokedAt: string | null })[]>`
    SELECT id, prefix, hash, scopes, rate_limit AS "rateLimit", rev,
           to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "expiresAt",
           to_char(revoked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "revokedAt"
    FROM ${table} WHERE ${mine} AND id = ${id} FOR UPDATE`;
  return row ?? null;
};

export const revokeTokenRow = async (
  tx: AnyTx,
  id: string,
  to: { revokedAt: string; rev: number; mac: Uint8Array },
): Promise<boolean> => {
  const { table, mine } = tokensOf(tx);
  const { count } = await tx.sql`
    UPDATE ${table} SET revoked_at = ${to.revokedAt}, rev = ${to.rev}, mac = ${to.mac}
    WHERE ${mine} AND id = ${id} AND revoked_at IS NULL`;
  return count === 1;
};
