import { sql } from "drizzle-orm";
import type { AnyTx } from "#db/tenant-tx.ts";
import type { JobMode, JobStatus, JobView } from "#lib/domain/job.ts";
import { hasEnded } from "#lib/domain/job.ts";

export type JobFilter = {
  id?: string;
  tenantId?: string;
  keyId?: string;
  status?: readonly JobStatus[];
  mode?: JobMode;
  /** The place after which the page begins. */
  before?: { at: string; id: string };
  limit: number;
};

/** Record ids that a group of failures names. */
const SAMPLES = 5;

const COUNTS = ["total", "processed", "failed", "moved", "skipped"] as const;
type Counts = Record<(typeof COUNTS)[number], number>;
type JobRow = Omit<JobView, "percent" | "eta_seconds" | keyof Counts> & Record<keyof Counts, string>;

const instant = (expression: string) =>
  sql.raw(`to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);

const toView = (row: JobRow): JobView => {
  const counts = Object.fromEntries(COUNTS.map((name) => [name, Number(row[name])])) as Counts;
  const { total, processed, failed } = counts;
  const left = Math.max(0, total - processed - failed);
  const moving = row.status === "running" && row.rate_per_second > 0;
  return {
    ...row,
    ...counts,
    percent:
      total === 0 ? (hasEnded(row.status) ? 100 : 0) : Math.floor(((processed + failed) / total) * 1000) / 10,
    rate_per_second: Math.round(row.rate_per_second),
    eta_seconds: moving ? Math.ceil(left / row.rate_per_second) : null,
  };
};

const conditionsOf = (filter: JobFilter) => [
  ...(filter.id === undefined ? [] : [sql`j.id = ${filter.id}::uuid`]),
  ...(filter.tenantId === undefined ? [] : [sql`j.tenant_id = ${filter.tenantId}::uuid`]),
  ...(filter.keyId === undefined ? [] : [sql`j.key_id = ${filter.keyId}::uuid`]),
  ...(filter.mode === undefined ? [] : [sql`j.mode = ${filter.mode}`]),
  ...(filter.status === undefined ? [] : [sql`j.status = ANY(${sql.param([...filter.status])}::text[])`]),
  ...(filter.before === undefined
    ? []
    : [sql`(j.created_at, j.id) < (${filter.before.at}::timestamptz, ${filter.before.id}::uuid)`]),
];

/** Jobs as they are shown, the newest first. Counts are summed from the chunks, which move with the data. */
export const listJobViews = async (tx: AnyTx, filter: JobFilter): Promise<JobView[]> => {
  const rows = await tx.db.execute<JobRow>(sql`
    SELECT j.id, t.slug AS tenant, k.name AS key, j.mode, j.status, j.total, j.target_version, j.max_rate, j.intensity,
           j.wait_code, j.versions_before, j.versions_after, j.kms_calls, j.latency,
           CASE WHEN j.status = 'running' THEN j.rate_per_second ELSE 0 END AS rate_per_second,
           coalesce(c.moved + c.skipped, 0) AS processed, coalesce(c.failed, 0) AS failed,
           coalesce(c.moved, 0) AS moved, coalesce(c.skipped, 0) AS skipped,
           ${instant("j.started_at")} AS started_at, ${instant("j.completed_at")} AS completed_at,
           ${instant("j.created_at")} AS created_at,
           coalesce((
             SELECT jsonb_agg(jsonb_build_object('code', f.code, 'count', f.n, 'first', f.first, 'last', f.last,
                                                 'samples', f.samples) ORDER BY f.n DESC, f.code)
             FROM (SELECT code, count(*) AS n, ${instant("min(at)")} AS first, ${instant("max(at)")} AS last,
                          (array_agg(record_id ORDER BY record_id))[1:${sql.raw(String(SAMPLES))}] AS samples
                   FROM rewrap_failure WHERE tenant_id = j.tenant_id AND job_id = j.id GROUP BY code) f), '[]') AS failures
    FROM rewrap_job j
    JOIN tenant t ON t.id = j.tenant_id
    JOIN key k ON k.tenant_id = j.tenant_id AND k.id = j.key_id
    LEFT JOIN LATERAL (
      SELECT sum(moved) AS moved, sum(skipped) AS skipped, sum(failed) AS failed
      FROM rewrap_chunk WHERE tenant_id = j.tenant_id AND job_id = j.id
    ) c ON true
    WHERE ${sql.join([sql`true`, ...conditionsOf(filter)], sql` AND `)}
    ORDER BY j.created_at DESC, j.id DESC LIMIT ${filter.limit}`);
  return rows.map(toView);
};
