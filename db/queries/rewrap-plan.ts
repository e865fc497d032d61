import type { TenantTx } from "#db/tenant-tx.ts";
import { EVERY_CODE } from "#lib/domain/job.ts";
import type { JobScope } from "./rewrap-scope.ts";
import { recordsOf, takeItsTime, toDo, walkTheKey } from "./rewrap-scope.ts";

/** Before the first record id of any range. */
const BEFORE_ALL = "00000000-0000-0000-0000-000000000000";

/** A range of record ids `(after, upto]` and the DEKs in it that are not on the target. */
export type ChunkPlan = { after: string; upto: string; planned: number };

export type CensusScope = JobScope & {
  /** Leaves out the DEKs that this job could not move. */
  exceptFailuresOf: string | null;
};

/** Cuts the DEKs of a key that are still to be done into ranges of `size`, in the order of their record ids. */
export const planChunks = async (tx: TenantTx, scope: CensusScope, size: number): Promise<ChunkPlan[]> => {
  await takeItsTime(tx);
  await tx.sql`SELECT set_config('enable_seqscan', 'off', true)`;
  const failed = scope.exceptFailuresOf;
  const notFailed = failed
    ? tx.sql`AND NOT EXISTS (SELECT FROM rewrap_failure f
                             WHERE f.tenant_id = ${tx.tenantId} AND f.job_id = ${failed} AND f.record_id = d.record_id)`
    : tx.sql``;
  const behind = (after: string) => tx.sql`
    SELECT d.record_id FROM dek d ${recordsOf(tx, scope)}
    WHERE d.tenant_id = ${tx.tenantId} AND d.key_id = ${scope.keyId} AND d.record_id > ${after}
      AND ${toDo(tx, scope)} ${notFailed}
    ORDER BY d.record_id`;
  const chunks: ChunkPlan[] = [];
  for (;;) {
    const after = chunks.at(-1)?.upto ?? BEFORE_ALL;
    const [full] = await tx.sql<{ upto: string }[]>`
      SELECT record_id AS upto FROM (${behind(after)}) s OFFSET ${size - 1} LIMIT 1`;
    if (full) {
      chunks.push({ after, upto: full.upto, planned: size });
      continue;
    }
    const [rest] = await tx.sql<{ planned: number; upto: string | null }[]>`
      SELECT count(*)::int AS planned, (array_agg(record_id))[count(*)] AS upto FROM (${behind(after)}) s`;
    if (rest?.upto) chunks.push({ after, upto: rest.upto, planned: rest.planned });
    return chunks;
  }
};

/** Adds chunks behind those that a job has, and their DEKs to its total. */
export const addChunks = async (tx: TenantTx, jobId: string, chunks: readonly ChunkPlan[]): Promise<void> => {
  await tx.sql`
    INSERT INTO rewrap_chunk (tenant_id, job_id, n, after, upto, cursor, planned)
    SELECT ${tx.tenantId}::uuid, ${jobId}::uuid,
           c.i + coalesce((SELECT max(n) FROM rewrap_chunk WHERE tenant_id = ${tx.tenantId} AND job_id = ${jobId}), 0),
           c.after, c.upto, c.after, c.planned
    FROM unnest(${chunks.map((chunk) => chunk.after)}::uuid[], ${chunks.map((chunk) => chunk.upto)}::uuid[],
      ${chunks.map((chunk) => chunk.planned)}::bigint[]) WITH ORDINALITY AS c(after, upto, planned, i)`;
  await tx.sql`
    UPDATE rewrap_job SET total = total + ${chunks.reduce((sum, chunk) => sum + chunk.planned, 0)}, updated_at = now()
    WHERE tenant_id = ${tx.tenantId} AND id = ${jobId}`;
};

/** Forgets a job's ranges, counts and failures: they were about another target. */
export const dropPlan = async (tx: TenantTx, jobId: string): Promise<void> => {
  await tx.sql`DELETE FROM rewrap_failure WHERE tenant_id = ${tx.tenantId} AND job_id = ${jobId}`;
  await tx.sql`DELETE FROM rewrap_chunk WHERE tenant_id = ${tx.tenantId} AND job_id = ${jobId}`;
  await tx.sql`UPDATE rewrap_job SET total = 0 WHERE tenant_id = ${tx.tenantId} AND id = ${jobId}`;
};

/**
 * Takes the failures of one cause, or of all, out of a job's counts: what is left of them is found again by its next
 * count. Returns how many they were.
 */
export const dropFailures = async (tx: TenantTx, jobId: string, code: string): Promise<number> => {
  const [row] = await tx.sql<{ dropped: string }[]>`
    WITH dropped AS (
      DELETE FROM rewrap_failure
      WHERE tenant_id = ${tx.tenantId} AND job_id = ${jobId} AND (code = ${code} OR ${code} = ${EVERY_CODE})
      RETURNING chunk
    ), per AS (
      SELECT chunk, count(*) AS n FROM dropped GROUP BY chunk
    ), counted AS (
      UPDATE rewrap_chunk c SET failed = c.failed - per.n, planned = c.planned - per.n
      FROM per WHERE c.tenant_id = ${tx.tenantId} AND c.job_id = ${jobId} AND c.n = per.chunk
    )
    SELECT count(*) AS dropped FROM dropped`;
  const dropped = Number(row?.dropped ?? 0);
  await tx.sql`
    UPDATE rewrap_job SET total = total - ${dropped}, retry = NULL, updated_at = now()
    WHERE tenant_id = ${tx.tenantId} AND id = ${jobId}`;
  return dropped;
};

/** A range that is not done, and how far it is. */
export type OpenChunk = { n: number; cursor: string; upto: string };

export const findOpenChunks = async (tx: TenantTx, jobId: string): Promise<OpenChunk[]> =>
  tx.sql<OpenChunk[]>`
    SELECT n, cursor, upto FROM rewrap_chunk
    WHERE tenant_id = ${tx.tenantId} AND job_id = ${jobId} AND state = 'open' ORDER BY n`;

export const isPlanned = async (tx: TenantTx, jobId: string): Promise<boolean> => {
  const [row] = await tx.sql<{ planned: boolean }[]>`
    SELECT started_at IS NOT NULL AS planned FROM rewrap_job WHERE tenant_id = ${tx.tenantId} AND id = ${jobId}`;
  return row?.planned ?? false;
};

/** What a job has done so far. */
export type JobCounts = { total: number; processed: number; failed: number };

export const countJob = async (tx: TenantTx, jobId: string): Promise<JobCounts> => {
  const [row] = await tx.sql<Record<keyof JobCounts, string>[]>`
    SELECT j.total, coalesce(sum(c.moved + c.skipped), 0) AS processed, coalesce(sum(c.failed), 0) AS failed
    FROM rewrap_job j LEFT JOIN rewrap_chunk c ON c.tenant_id = j.tenant_id AND c.job_id = j.id
    WHERE j.tenant_id = ${tx.tenantId} AND j.id = ${jobId} GROUP BY j.total`;
  return { total: Number(row?.total), processed: Number(row?.processed), failed: Number(row?.failed) };
};

/** The version of the first DEK that a range still has to move; null when there is none. */
export const peekVersion = async (
  tx: TenantTx,
  scope: JobScope,
  range: Pick<OpenChunk, "cursor" | "upto">,
): Promise<number | null> => {
  const [, [row]] = await Promise.all([
    walkTheKey(tx),
    tx.sql<{ version: number }[]>`
      SELECT d.key_version AS version FROM dek d ${recordsOf(tx, scope)}
      WHERE d.tenant_id = ${tx.tenantId} AND d.key_id = ${scope.keyId}
        AND d.record_id > ${range.cursor} AND d.record_id <= ${range.upto} AND ${toDo(tx, scope)}
      ORDER BY d.record_id LIMIT 1`,
  ]);
  return row?.version ?? null;
};
