import { eq, isNull } from "drizzle-orm";
import { cmk } from "#db/schema/key.ts";
import type { OwnerTx } from "#db/tenant-tx.ts";

// A connection's own tables name its owner. What is about it elsewhere is its tenant's, or of no tenant.

/** Rows of the owner's tenant, or those of no tenant. */
export const ofTenant = (tx: OwnerTx, table = "operation") =>
  "tenantId" in tx
    ? tx.sql`${tx.sql(table)}.tenant_id = ${tx.tenantId}`
    : tx.sql`${tx.sql(table)}.tenant_id IS NULL`;

/** CMKs of the owner. */
export const cmkOfOwner = (tx: OwnerTx) =>
  "tenantId" in tx ? eq(cmk.tenantId, tx.tenantId) : isNull(cmk.tenantId);

/** Versions of keys that may be under a CMK of the owner: its tenant's, or any tenant's under the platform's. */
export const versionsUnderOwner = (tx: OwnerTx) =>
  "tenantId" in tx ? tx.sql`v.tenant_id = ${tx.tenantId}` : tx.sql`true`;
