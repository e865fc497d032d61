import { and, asc, count, eq, isNull } from "drizzle-orm";
import { key } from "#db/schema/key.ts";
import { tenant } from "#db/schema/tenant.ts";
import type { OperatorTx, TenantTx } from "#db/tenant-tx.ts";
import type { TenantId } from "#lib/domain/ids.ts";

export type TenantRow = { id: TenantId; slug: string; name: string; createdAt: Date };

const COLUMNS = { id: tenant.id, slug: tenant.slug, name: tenant.name, createdAt: tenant.createdAt };
const IS_THERE = isNull(tenant.removedAt);
const toRow = ({
  id,
  slug,
  name,
  createdAt,
}: {
  id: string;
  slug: string;
  name: string;
  createdAt: Date;
}): TenantRow => ({
  id: id as TenantId,
  slug,
  name,
  createdAt,
});

export const insertTenant = async (
  tx: OperatorTx,
  row: { id: TenantId; slug: string; name: string; sample?: boolean },
): Promise<void> => {
  await tx.db.insert(tenant).values(row);
};

export const findTenantBySlug = async (tx: OperatorTx, slug: string): Promise<TenantRow | null> => {
  const [row] = await tx.db
    .select(COLUMNS)
    .from(tenant)
    .where(and(eq(tenant.slug, slug), IS_THERE));
  return row ? toRow(row) : null;
};

/** Whose log a slug names: also that of a tenant that was removed. */
export const findLoggedTenant = async (tx: OperatorTx, slug: string): Promise<TenantRow | null> => {
  const [row] = await tx.db.select(COLUMNS).from(tenant).where(eq(tenant.slug, slug));
  return row ? toRow(row) : null;
};

/** Every tenant by slug, with how many keys it has. */
export const listTenants = async (tx: OperatorTx): Promise<(TenantRow & { keys: number })[]> => {
  const rows = await tx.db
    .select({ ...COLUMNS, keys: count(key.id) })
    .from(tenant)
    .leftJoin(key, eq(key.tenantId, tenant.id))
    .where(IS_THERE)
    .groupBy(tenant.id)
    .orderBy(asc(tenant.slug));
  return rows.map((row) => ({ ...toRow(row), keys: row.keys }));
};

/** Whether the tenant lets a compromised version unwrap for reads. */
export const findCompromisedReads = async (tx: TenantTx): Promise<boolean> => {
  const [row] = await tx.db
    .select({ allowed: tenant.compromisedReads })
    .from(tenant)
    .where(eq(tenant.id, tx.tenantId));
  return row?.allowed ?? false;
};

export const updateCompromisedReads = async (tx: TenantTx, allowed: boolean): Promise<boolean> => {
  const updated = await tx.db
    .update(tenant)
    .set({ compromisedReads: allowed })
    .where(eq(tenant.id, tx.tenantId))
    .returning({ id: tenant.id });
  return updated.length === 1;
};
