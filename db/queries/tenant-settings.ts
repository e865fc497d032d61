import { notFound } from "#lib/domain/errors.ts";
import type { AccessLogMode } from "#lib/domain/access-log.ts";
import type { TenantTx } from "#db/tenant-tx.ts";

/** How access to the tenant's data is logged. */
export const findAccessLog = async (tx: TenantTx): Promise<AccessLogMode> => {
  const [row] = await tx.sql<{ mode: AccessLogMode }[]>`
    SELECT access_log AS mode FROM tenant WHERE id = ${tx.tenantId}`;
  if (!row) throw notFound("tenant");
  return row.mode;
};

/** Sets how access is logged, and returns how it was. Two who change it at once come one after the other. */
export const setTenantAccessLog = async (tx: TenantTx, to: AccessLogMode): Promise<AccessLogMode> => {
  const [row] = await tx.sql<{ before: AccessLogMode }[]>`
    UPDATE tenant t SET access_log = ${to} FROM (
      SELECT id, access_log FROM tenant WHERE id = ${tx.tenantId} FOR NO KEY UPDATE
    ) AS old WHERE t.id = old.id RETURNING old.access_log AS before`;
  if (!row) throw notFound("tenant");
  return row.before;
};

export type TenantSettings = { accessLog: AccessLogMode; compromisedReads: boolean };

/** What is chosen for the tenant. */
export const findTenantSettings = async (tx: TenantTx): Promise<TenantSettings> => {
  const [row] = await tx.sql<TenantSettings[]>`
    SELECT access_log AS "accessLog", compromised_reads AS "compromisedReads" FROM tenant WHERE id = ${tx.tenantId}`;
  if (!row) throw notFound("tenant");
  return row;
};
