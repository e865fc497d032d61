import { asc, eq } from "drizzle-orm";
import { tenant } from "#db/schema/tenant.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";
import type { TenantId } from "#lib/domain/ids.ts";

export type TenantRow = { id: TenantId; slug: string; name: string; createdAt: Date };

const COLUMNS = { id: tenant.id, slug: tenant.slug, name: tenant.name, createdAt: tenant.createdAt };
const toRow = (row: { id: string; slug: string; name: string; createdAt: Date }): TenantRow => ({
  ...row,
  id: row.id as TenantId,
});

export const insertTenant = async (
  tx: OperatorTx,
  row: { id: TenantId; slug: string; name: string },
): Promise<void> => {
  await tx.db.insert(tenant).values(row);
};

export const findTenantBySlug = async (tx: OperatorTx, slug: string): Promise<TenantRow | null> => {
  const [row] = await tx.db.select(COLUMNS).from(tenant).where(eq(tenant.slug, slug));
  return row ? toRow(row) : null;
};

export const listTenants = async (tx: OperatorTx): Promise<TenantRow[]> =>
  (await tx.db.select(COLUMNS).from(tenant).orderBy(asc(tenant.slug))).map(toRow);
