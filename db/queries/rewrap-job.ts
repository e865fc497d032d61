import type { TenantTx } from "#db/tenant-tx.ts";
import type { JobIntensity, JobMode, JobStatus } from "#lib/domain/job.ts";

export const insertJob = async (
  tx: TenantTx,
  job: {
    id: string;
    keyId: string;
    mode: JobMode;
    targetVersion: number;
    maxRate: number | null;
    intensity: JobIntensity;
  },
): Promise<void> => {
  await tx.sql`
    INSERT INTO rewrap_job (tenant_id, id, key_id, mode, target_version, max_rate, intensity)
    VALUES (${tx.tenantId}, ${job.id}, ${job.keyId}, ${job.mode}, ${job.targetVersion}, ${job.maxRate}, ${job.intensity})`;
};

/** The job that still holds a key. */
export const findOpenJob = async (tx: TenantTx, keyId: string): Promise<string | null> => {
  const [row] = await tx.sql<{ id: string }[]>`
    SELECT id FROM rewrap_job WHERE tenant_id = ${tx.tenantId} AND key_id = ${keyId}
      AND status IN ('queued', 'running', 'paused', 'waiting', 'finishing')`;
  return row?.id ?? null;
};

export const findJobStatus = async (tx: TenantTx, id: string): Promise<JobStatus | null> => {
  const [row] = await tx.sql<{ status: JobStatus }[]>`
    SELECT status FROM rewrap_job WHERE tenant_id = ${tx.tenantId} AND id = ${id}`;
  return row?.status ?? null;
};

/** Moves a job to another status if it is in one of `from`; false when it is not. */
export const changeJobStatus = async (
  tx: TenantTx,
  id: string,
  from: readonly JobStatus[],
  to: JobStatus,
): Promise<boolean> => {
  const rows = await tx.sql`
    UPDATE rewrap_job
    SET status = ${to}, updated_at = now(), completed_at = CASE WHEN ${to === "cancelled"} THEN now() END
    WHERE tenant_id = ${tx.tenantId} AND id = ${id} AND status = ANY(${[...from]})
    RETURNING id`;
  return rows.length === 1;
};

/** Asks for another try at the failures of one cause, or all; false when the job is not one that ended with failures. */
export const askForRetry = async (
  tx: TenantTx,
  id: string,
  code: string,
  from: readonly JobStatus[],
): Promise<boolean> => {
  const rows = await tx.sql`
    UPDATE rewrap_job SET status = 'queued', retry = ${code}, updated_at = now(), completed_at = NULL
    WHERE tenant_id = ${tx.tenantId} AND id = ${id} AND status = ANY(${[...from]}) RETURNING id`;
  return rows.length === 1;
};

/** Changes how hard an open job works, from its next batch on; false when there is no such job. */
export const changeIntensity = async (
  tx: TenantTx,
  id: string,
  intensity: JobIntensity,
  from: readonly JobStatus[],
): Promise<boolean> => {
  const rows = await tx.sql`
    UPDATE rewrap_job SET intensity = ${intensity}, updated_at = now()
    WHERE tenant_id = ${tx.tenantId} AND id = ${id} AND status = ANY(${[...from]}) RETURNING id`;
  return rows.length === 1;
};
