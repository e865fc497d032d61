import { and, desc, eq } from "drizzle-orm";
import { tenant } from "#db/schema/tenant.ts";
import { serviceToken } from "#db/schema/token.ts";
import type { OperatorTx, TenantTx } from "#db/tenant-tx.ts";

export type TokenRow = {
  id: string;
  prefix: string;
  scopes: string[];
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
};

/** What may be shown of a token: nothing from which it could be used. */
const COLUMNS = {
  id: serviceToken.id,
  prefix: serviceToken.prefix,
  scopes: serviceToken.scopes,
  createdAt: serviceToken.createdAt,
  expiresAt: serviceToken.expiresAt,
  revokedAt: serviceToken.revokedAt,
  lastUsedAt: serviceToken.lastUsedAt,
};

export const listTokenRows = (tx: TenantTx): Promise<TokenRow[]> =>
  tx.db
    .select(COLUMNS)
    .from(serviceToken)
    .where(eq(serviceToken.tenantId, tx.tenantId))
    .orderBy(desc(serviceToken.createdAt))
    .limit(200);

export const findTokenView = async (tx: TenantTx, id: string): Promise<TokenRow | null> => {
  const [row] = await tx.db
    .select(COLUMNS)
    .from(serviceToken)
    .where(and(eq(serviceToken.tenantId, tx.tenantId), eq(serviceToken.id, id)));
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
