import type { TenantTx } from "#db/tenant-tx.ts";

/** A record that a job could not do. Its names are null when it has gone since. */
export type JobFailure = {
  id: string;
  collection: string | null;
  record: string | null;
  code: string;
  at: string;
};

/** The failures of a job in the order of their record ids, those behind one. */
export const listFailures = async (
  tx: TenantTx,
  jobId: string,
  after: string,
  limit: number,
): Promise<JobFailure[]> =>
  tx.sql<JobFailure[]>`
    SELECT f.record_id AS id, r.collection, r.record, f.code,
           to_char(f.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
    FROM rewrap_failure f LEFT JOIN record r ON r.tenant_id = f.tenant_id AND r.id = f.record_id
    WHERE f.tenant_id = ${tx.tenantId} AND f.job_id = ${jobId} AND f.record_id > ${after}
    ORDER BY f.record_id LIMIT ${limit}`;
