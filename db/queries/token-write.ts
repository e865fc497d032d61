import { and, eq, isNull } from "drizzle-orm";
import { serviceToken } from "#db/schema/token.ts";
import type { TenantTx } from "#db/tenant-tx.ts";

export type NewToken = {
  id: string;
  prefix: string;
  hash: Uint8Array;
  scopes: string[];
  expiresAt: Date;
  rev: number;
  mac: Uint8Array;
};

export const insertToken = async (tx: TenantTx, row: NewToken): Promise<void> => {
  await tx.db.insert(serviceToken).values({ tenantId: tx.tenantId, ...row });
};

export const lockToken = async (
  tx: TenantTx,
  id: string,
): Promise<(NewToken & { revokedAt: Date | null }) | null> => {
  const [row] = await tx.db
    .select({
      id: serviceToken.id,
      prefix: serviceToken.prefix,
      hash: serviceToken.hash,
      scopes: serviceToken.scopes,
      expiresAt: serviceToken.expiresAt,
      revokedAt: serviceToken.revokedAt,
      rev: serviceToken.rev,
      mac: serviceToken.mac,
    })
    .from(serviceToken)
    .where(and(eq(serviceToken.tenantId, tx.tenantId), eq(serviceToken.id, id)))
    .for("update");
  return row ?? null;
};

export const revokeTokenRow = async (
  tx: TenantTx,
  id: string,
  to: { revokedAt: Date; rev: number; mac: Uint8Array },
): Promise<boolean> => {
  const rows = await tx.db
    .update(serviceToken)
    .set(to)
    .where(
      and(eq(serviceToken.tenantId, tx.tenantId), eq(serviceToken.id, id), isNull(serviceToken.revokedAt)),
    )
    .returning({ id: serviceToken.id });
  return rows.length === 1;
};
