import { and, eq, isNull, notInArray, sql } from "drizzle-orm";
import { key, keyVersion } from "#db/schema/key.ts";
import { rewrapJob } from "#db/schema/rewrap.ts";
import { tenant } from "#db/schema/tenant.ts";
import { serviceToken } from "#db/schema/token.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import { OPEN_JOB_STATUSES } from "#lib/domain/job.ts";

/** Was the transaction's tenant made for show, and is it there? */
export const isSampleTenant = async (tx: TenantTx): Promise<boolean> => {
  const [row] = await tx.db
    .select({ sample: tenant.sample })
    .from(tenant)
    .where(and(eq(tenant.id, tx.tenantId), isNull(tenant.removedAt)));
  return row?.sample ?? false;
};

/**
 * Every key of the tenant, locked against writers of records too: those that came first have ended when this returns,
 * and those that come later find what is made of the keys here.
 */
export const lockKeys = (tx: TenantTx): Promise<{ id: string; name: string }[]> =>
  tx.db
    .select({ id: key.id, name: key.name })
    .from(key)
    .where(eq(key.tenantId, tx.tenantId))
    .orderBy(key.id)
    .for("update");

export const listVersionNumbers = (tx: TenantTx): Promise<{ keyId: string; number: number }[]> =>
  tx.db
    .select({ keyId: keyVersion.keyId, number: keyVersion.number })
    .from(keyVersion)
    .where(and(eq(keyVersion.tenantId, tx.tenantId), notInArray(keyVersion.state, ["destroyed"])))
    .orderBy(keyVersion.keyId, keyVersion.number);

export const markShredded = async (tx: TenantTx): Promise<void> => {
  await tx.db.update(key).set({ status: "shredded" }).where(eq(key.tenantId, tx.tenantId));
};

export const listLiveTokens = (tx: TenantTx): Promise<{ id: string }[]> =>
  tx.db
    .select({ id: serviceToken.id })
    .from(serviceToken)
    .where(and(eq(serviceToken.tenantId, tx.tenantId), isNull(serviceToken.revokedAt)));

/** Ends the tenant's jobs and says which. */
export const cancelJobs = (tx: TenantTx): Promise<{ id: string }[]> =>
  tx.db
    .update(rewrapJob)
    .set({ status: "cancelled", completedAt: sql`now()`, updatedAt: sql`now()` })
    .where(
      and(
        eq(rewrapJob.tenantId, tx.tenantId),
        sql`${rewrapJob.status} IN (${sql.join(
          OPEN_JOB_STATUSES.map((status) => sql`${status}`),
          sql`, `,
        )})`,
      ),
    )
    .returning({ id: rewrapJob.id });

/**
 * Removes the tenant's records with their fields, then their DEKs: writers lock in this order; and what is remembered of
 * wraps that were moved. Says how many records there were.
 */
export const deleteRecords = async (tx: TenantTx): Promise<number> => {
  const records = await tx.sql`DELETE FROM record WHERE tenant_id = ${tx.tenantId}`;
  await tx.sql`DELETE FROM dek WHERE tenant_id = ${tx.tenantId}`;
  await tx.sql`DELETE FROM moved_wrap WHERE tenant_id = ${tx.tenantId}`;
  await tx.sql`DELETE FROM rewrap_failure WHERE tenant_id = ${tx.tenantId}`;
  return records.count;
};

export const markRemoved = async (tx: TenantTx): Promise<void> => {
  await tx.db.update(tenant).set({ removedAt: sql`now()` }).where(eq(tenant.id, tx.tenantId));
};
