import type { TenantTx } from "#db/tenant-tx.ts";

/** The job has a plan for this target and works on it. */
export const markRunning = async (tx: TenantTx, id: string, targetVersion: number): Promise<void> => {
  await tx.sql`
    UPDATE rewrap_job
    SET status = 'running', target_version = ${targetVersion}, wait_code = NULL, barrier = NULL, updated_at = now(),
        started_at = coalesce(started_at, now())
    WHERE tenant_id = ${tx.tenantId} AND id = ${id}`;
};

/** Keeps what stood under each version when the job was planned or when it ended, for its report. */
export const keepVersions = async (
  tx: TenantTx,
  id: string,
  when: "before" | "after",
  counts: ReadonlyMap<number, number>,
): Promise<void> => {
  const versions = JSON.stringify([...counts].map(([version, deks]) => ({ version, deks })));
  const column = tx.sql(when === "before" ? "versions_before" : "versions_after");
  await tx.sql`
    UPDATE rewrap_job SET ${column} = ${versions}::text::jsonb WHERE tenant_id = ${tx.tenantId} AND id = ${id}`;
};

/** The job waits for what keeps it from going on, and is let go until it is looked at again. */
export const markWaiting = async (tx: TenantTx, id: string, code: string): Promise<void> => {
  await tx.sql`
    UPDATE rewrap_job SET status = 'waiting', wait_code = ${code}, rate_per_second = 0, updated_at = now()
    WHERE tenant_id = ${tx.tenantId} AND id = ${id}`;
};

/** Lets a waiting job go until it is looked at again. */
export const sleepLease = async (tx: TenantTx, id: string, seconds: number): Promise<void> => {
  await tx.sql`
    UPDATE rewrap_job SET lease_owner = NULL, lease_until = now() + ${seconds} * interval '1 second'
    WHERE tenant_id = ${tx.tenantId} AND id = ${id}`;
};

/**
 * The last range is done. What is left are transactions that passed the fence before the rotation and have not
 * committed: all of them have an id below the one that would be given out next.
 */
export const markFinishing = async (tx: TenantTx, id: string): Promise<void> => {
  await tx.sql`
    UPDATE rewrap_job
    SET status = 'finishing', barrier = pg_snapshot_xmax(pg_current_snapshot()), updated_at = now()
    WHERE tenant_id = ${tx.tenantId} AND id = ${id}`;
};

/** Has every transaction below the job's barrier ended? */
export const isBarrierPassed = async (tx: TenantTx, id: string): Promise<boolean> => {
  const [row] = await tx.sql<{ passed: boolean }[]>`
    SELECT pg_snapshot_xmin(pg_current_snapshot()) >= barrier AS passed FROM rewrap_job
    WHERE tenant_id = ${tx.tenantId} AND id = ${id}`;
  return row?.passed ?? false;
};

/** The job has ended; nobody holds it any more. */
export const markEnded = async (
  tx: TenantTx,
  id: string,
  end: {
    status: "completed" | "completed_with_failures" | "failed";
    code: string | null;
    ratePerSecond: number | null;
  },
): Promise<void> => {
  await tx.sql`
    UPDATE rewrap_job
    SET status = ${end.status}, wait_code = ${end.code}, completed_at = now(), updated_at = now(), barrier = NULL,
        rate_per_second = coalesce(${end.ratePerSecond}::float8, rate_per_second), lease_owner = NULL, lease_until = NULL
    WHERE tenant_id = ${tx.tenantId} AND id = ${id}`;
};
