import { sql } from "drizzle-orm";
import type { AnyTx, TenantTx } from "#db/tenant-tx.ts";
import type { JobStatus, JobView } from "#lib/domain/job.ts";
import { hasEnded } from "#lib/domain/job.ts";

export const insertJob = async (
  tx: TenantTx,
  job: { id: string; keyId: string; targetVersion: number; maxRate: number | null },
): Promise<void> => {
  await tx.sql`
    INSERT INTO rewrap_job (tenant_id, id, key_id, target_version, max_rate)
    VALUES (${tx.tenantId}, ${job.id}, ${job.keyId}, ${job.targetVersion}, ${job.maxRate})`;
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

export type JobFilter = {
  id?: string;
  tenantId?: string;
  keyId?: string;
  /** The place after which the page begins. */
  before?: { at: string; id: string };
  limit: number;
};

type JobRow = Omit<JobView, "percent" | "eta_seconds" | "total" | "processed" | "failed"> & {
  total: string;
  processed: string;
  failed: string;
};

const instant = (column: string) =>
  sql.raw(`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);

const toView = (row: JobRow): JobView => {
  const total = Number(row.total);
  const processed = Number(row.processed);
  const failed = Number(row.failed);
  const left = Math.max(0, total - processed - failed);
  const moving = row.status === "running" && row.rate_per_second > 0;
  return {
    ...row,
    total,
    processed,
    failed,
    percent:
      total === 0 ? (hasEnded(row.status) ? 100 : 0) : Math.floor(((processed + failed) / total) * 1000) / 10,
    rate_per_second: Math.round(row.rate_per_second),
    eta_seconds: moving ? Math.ceil(left / row.rate_per_second) : null,
  };
};

/** Jobs as they are shown, the newest first. Counts are summed from the chunks, which move with the data. */
export const listJobViews = async (tx: AnyTx, filter: JobFilter): Promise<JobView[]> => {
  const conditions = [
    filter.id === undefined ? sql`true` : sql`j.id = ${filter.id}::uuid`,
    filter.tenantId === undefined ? sql`true` : sql`j.tenant_id = ${filter.tenantId}::uuid`,
    filter.keyId === undefined ? sql`true` : sql`j.key_id = ${filter.keyId}::uuid`,
    filter.before === undefined
      ? sql`true`
      : sql`(j.created_at, j.id) < (${filter.before.at}::timestamptz, ${filter.before.id}::uuid)`,
  ];
  const rows = await tx.db.execute<JobRow>(sql`
    SELECT j.id, t.slug AS tenant, k.name AS key, j.mode, j.status, j.total, j.target_version, j.max_rate, j.wait_code,
           CASE WHEN j.status = 'running' THEN j.rate_per_second ELSE 0 END AS rate_per_second,
           coalesce(c.processed, 0) AS processed, coalesce(c.failed, 0) AS failed,
           ${instant("j.started_at")} AS started_at, ${instant("j.completed_at")} AS completed_at,
           ${instant("j.created_at")} AS created_at,
           coalesce((SELECT jsonb_agg(jsonb_build_object('code', f.code, 'count', f.n) ORDER BY f.n DESC)
                     FROM (SELECT code, count(*) AS n FROM rewrap_failure
                           WHERE tenant_id = j.tenant_id AND job_id = j.id GROUP BY code) f), '[]') AS failures
    FROM rewrap_job j
    JOIN tenant t ON t.id = j.tenant_id
    JOIN key k ON k.tenant_id = j.tenant_id AND k.id = j.key_id
    LEFT JOIN LATERAL (
      SELECT sum(moved + skipped) AS processed, sum(failed) AS failed
      FROM rewrap_chunk WHERE tenant_id = j.tenant_id AND job_id = j.id
    ) c ON true
    WHERE ${sql.join(conditions, sql` AND `)}
    ORDER BY j.created_at DESC, j.id DESC LIMIT ${filter.limit}`);
  return rows.map(toView);
};
