import type { AnyTx, OperatorTx, TenantTx } from "#db/tenant-tx.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import type { JobIntensity, JobLatency, JobMode, JobStatus } from "#lib/domain/job.ts";
import type { KeyStatus } from "#lib/domain/key-state.ts";

/** How long a keeper that says nothing more keeps its job. */
const LEASE_SECONDS = 10;

const lease = (tx: AnyTx) => tx.sql`now() + ${LEASE_SECONDS} * interval '1 second'`;

// A job that waits comes up when its wait is over; one that was released for any other reason, at once.
const free = (tx: AnyTx) => tx.sql`
  status IN ('queued', 'running', 'waiting', 'finishing')
  AND (lease_until IS NULL OR lease_until < now() OR (lease_owner IS NULL AND status <> 'waiting'))`;

/** Jobs that no keeper works on, the oldest first. */
export const findFreeJobs = async (
  tx: OperatorTx,
  limit: number,
): Promise<{ tenantId: TenantId; id: string }[]> =>
  tx.sql<{ tenantId: TenantId; id: string }[]>`
    SELECT tenant_id AS "tenantId", id FROM rewrap_job WHERE ${free(tx)} ORDER BY created_at, id LIMIT ${limit}`;

/**
 * Takes a free job. The advisory lock is held through every batch: a keeper that was frozen inside one still has it,
 * and nobody takes the job before the database has ended that transaction.
 */
export const claimJob = async (tx: TenantTx, id: string, keeperId: string): Promise<boolean> => {
  const [lock] = await tx.sql<{ taken: boolean }[]>`
    SELECT pg_try_advisory_xact_lock(hashtextextended(${id}, 0)) AS taken`;
  if (!lock?.taken) return false;
  const claimed = await tx.sql`
    UPDATE rewrap_job SET lease_owner = ${keeperId}, lease_until = ${lease(tx)}
    WHERE tenant_id = ${tx.tenantId} AND id = ${id} AND ${free(tx)}`;
  return claimed.count === 1;
};

/** Keeps a job for another lease; false when it has gone to somebody else. */
export const renewLease = async (tx: TenantTx, id: string, keeperId: string): Promise<boolean> => {
  const renewed = await tx.sql`
    UPDATE rewrap_job SET lease_until = ${lease(tx)}
    WHERE tenant_id = ${tx.tenantId} AND id = ${id} AND lease_owner = ${keeperId}`;
  return renewed.count === 1;
};

/** What was measured before a job began, if a keeper that had it before us did. */
export const findLatency = async (tx: TenantTx, id: string): Promise<JobLatency["before"] | null> => {
  const [row] = await tx.sql<{ before: JobLatency["before"] | null }[]>`
    SELECT latency -> 'before' AS before FROM rewrap_job WHERE tenant_id = ${tx.tenantId} AND id = ${id}`;
  return row?.before ?? null;
};

/** Adds to the calls of a KMS that were made for a job. */
export const addKmsCalls = async (tx: TenantTx, id: string, calls: number): Promise<void> => {
  await tx.sql`
    UPDATE rewrap_job SET kms_calls = kms_calls + ${calls} WHERE tenant_id = ${tx.tenantId} AND id = ${id}`;
};

/** Lets a job go, so that the next keeper need not wait for the lease to run out. */
export const releaseLease = async (tx: TenantTx, id: string, keeperId: string): Promise<void> => {
  await tx.sql`
    UPDATE rewrap_job SET lease_owner = NULL, lease_until = NULL
    WHERE tenant_id = ${tx.tenantId} AND id = ${id} AND lease_owner = ${keeperId} AND status <> 'waiting'`;
};

/** A job as the keeper that holds it sees it, with what it depends on. */
export type HeldJob = {
  status: JobStatus;
  mode: JobMode;
  /** When the job was asked for, RFC 3339. */
  madeBefore: string;
  mine: boolean;
  keyId: string;
  keyName: string;
  keyStatus: KeyStatus;
  targetVersion: number;
  /** The key's current version: when it is another than the target, the key was rotated meanwhile. */
  currentVersion: number;
  maxRate: number | null;
  intensity: JobIntensity;
  /** The code whose failures are to be tried again. */
  retry: string | null;
  waitCode: string | null;
};

/**
 * Locks a job against everybody who would change it, until the transaction ends, and tells how it stands.
 * Requests to pause or cancel wait for the batch that is being written and then hold.
 */
export const lockJob = async (tx: TenantTx, id: string, keeperId: string): Promise<HeldJob | null> => {
  // Sent together. The lock of the row draws the transaction's id, so the fence below it reads a younger snapshot.
  const [, rows] = await Promise.all([
    tx.sql`SELECT pg_advisory_xact_lock(hashtextextended(${id}, 0))`,
    tx.sql<HeldJob[]>`
      SELECT j.status, j.mode, j.intensity, j.retry,
             to_char(j.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "madeBefore", j.lease_owner IS NOT DISTINCT FROM ${keeperId}::uuid AS mine, k.id AS "keyId", k.name AS "keyName",
             k.status AS "keyStatus", j.target_version AS "targetVersion", v.number AS "currentVersion",
             j.max_rate AS "maxRate", j.wait_code AS "waitCode"
      FROM rewrap_job j
      JOIN key k ON k.tenant_id = j.tenant_id AND k.id = j.key_id
      JOIN key_version v ON v.tenant_id = k.tenant_id AND v.key_id = k.id AND v.current
      WHERE j.tenant_id = ${tx.tenantId} AND j.id = ${id} FOR NO KEY UPDATE OF j`,
  ]);
  return rows[0] ?? null;
};

/** Lets the jobs of a key that wait be looked at again at once: what they waited for may be over. */
export const wakeJobs = async (tx: TenantTx, keyId: string): Promise<void> => {
  await tx.sql`
    UPDATE rewrap_job SET lease_until = NULL
    WHERE tenant_id = ${tx.tenantId} AND key_id = ${keyId} AND status = 'waiting' AND lease_owner IS NULL`;
};
