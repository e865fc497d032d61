import type { TenantTx } from "#db/tenant-tx.ts";
import type { JobLatency } from "#lib/domain/job.ts";
import type { OpenChunk } from "./rewrap-plan.ts";
import { walkTheKey } from "./rewrap-scope.ts";

/**
 * DEKs in the order of their record ids, one long text for each column, as PostgreSQL writes and reads it: parsing rows
 * costs more than reading them, and the thread that answers requests passes these on as they are.
 */
export type DekBatch = {
  count: number;
  /** The last record id: where the next batch begins. */
  last: string;
  /** `{1,1,2}` */
  versions: string;
  /** Wrapped DEKs side by side, in hex. */
  deks: string;
  /** Where the rows stand: `{"(0,1)","(0,2)"}` */
  places: string;
};

/** What the write of a batch found left in its range, with the record ids: `{…,…}`. */
export type RestBatch = DekBatch & { ids: string };

const NOTHING = { count: 0, last: "", versions: "{}", deks: "", places: "{}", ids: "{}" };

const columns = (tx: TenantTx) => tx.sql`
  count(*)::int AS count, (array_agg(record_id))[count(*)] AS last, array_agg(key_version)::text AS versions,
  encode(string_agg(wrapped_dek, ''), 'hex') AS deks, array_agg(place)::text AS places`;

/** Reads the next DEKs of a range that are not on the target. */
export const readBatch = async (
  tx: TenantTx,
  scope: { keyId: string; targetVersion: number },
  range: Pick<OpenChunk, "cursor" | "upto">,
  limit: number,
): Promise<DekBatch> => {
  const [, [row]] = await Promise.all([
    walkTheKey(tx),
    tx.sql<DekBatch[]>`
      SELECT ${columns(tx)} FROM (
        SELECT record_id, key_version, wrapped_dek, ctid AS place FROM dek
        WHERE tenant_id = ${tx.tenantId} AND key_id = ${scope.keyId}
          AND record_id > ${range.cursor} AND record_id <= ${range.upto} AND key_version <> ${scope.targetVersion}
        ORDER BY record_id LIMIT ${limit}) s`,
  ]);
  return row && row.count > 0 ? row : NOTHING;
};

/** Those in a range that are still not on the target, locked, as they are by now. */
export const lockRest = async (
  tx: TenantTx,
  scope: { keyId: string; targetVersion: number },
  range: Pick<OpenChunk, "cursor" | "upto">,
): Promise<RestBatch> => {
  const [row] = await tx.sql<RestBatch[]>`
    SELECT ${columns(tx)}, array_agg(record_id)::text AS ids FROM (
      SELECT record_id, key_version, wrapped_dek, ctid AS place FROM dek
      WHERE tenant_id = ${tx.tenantId} AND key_id = ${scope.keyId}
        AND record_id > ${range.cursor} AND record_id <= ${range.upto} AND key_version <> ${scope.targetVersion}
      ORDER BY record_id FOR NO KEY UPDATE) s`;
  return row && row.count > 0 ? row : NOTHING;
};

/**
 * Sets up a transaction that moves DEKs. Its commit need not wait for the disk: cursor and DEKs are lost together or
 * not at all, and a later commit that does wait brings this one with it. It gives way to a foreground write after a
 * quarter of a second, well before PostgreSQL looks for a deadlock and picks its victim; and a keeper that is frozen
 * inside it holds its rows for 15 s at most.
 */
export const prepareMove = async (tx: TenantTx): Promise<void> => {
  await Promise.all([
    walkTheKey(tx),
    tx.sql`SELECT set_config('synchronous_commit', 'off', true), set_config('lock_timeout', '250ms', true),
                  set_config('idle_in_transaction_session_timeout', '15s', true)`,
  ]);
};

/** The lock of a row that a foreground write holds was not to be had in time. */
export const isLockTimeout = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "55P03";

/** DEKs of one version to be moved to the target: their places, and their old and new bytes side by side in hex. */
export type Move = {
  keyId: string;
  from: number;
  to: number;
  count: number;
  places: string;
  olds: string;
  news: string;
};

/**
 * A table that nobody has analysed since it was filled looks empty: the planner would then walk all of the key and look
 * each row up among the places, a minute for a batch. With the index out of its hands only the places are left.
 */
const byPlaceAlone = (tx: TenantTx, on: boolean) => {
  const index = on ? "off" : "on";
  return tx.sql`
    SELECT set_config('enable_indexscan', ${index}, true), set_config('enable_indexonlyscan', ${index}, true),
           set_config('enable_bitmapscan', ${index}, true)`;
};

/**
 * Moves DEKs to the target, each only if version and bytes are still those that were read, and all only if the target
 * is active in the same statement. Returns how many were moved.
 */
export const moveDeks = async (tx: TenantTx, move: Move): Promise<number> => {
  // Found by their places, which saves a third over the index. What has been written since stands elsewhere and is not
  // found; whatever has come to stand there does not have the bytes.
  const update = tx.sql`
    WITH raw AS MATERIALIZED (SELECT decode(${move.olds}, 'hex') AS olds, decode(${move.news}, 'hex') AS news)
    UPDATE dek d SET key_version = ${move.to}, wrapped_dek = substring(raw.news FROM p.n::int * 101 - 100 FOR 101)
    FROM raw, unnest(${move.places}::text::tid[]) WITH ORDINALITY AS p(place, n)
    WHERE d.ctid = p.place AND d.tenant_id = ${tx.tenantId} AND d.key_id = ${move.keyId}
      AND d.key_version = ${move.from} AND d.wrapped_dek = substring(raw.olds FROM p.n::int * 101 - 100 FOR 101)
      AND EXISTS (SELECT FROM key_version
                  WHERE tenant_id = ${tx.tenantId} AND key_id = ${move.keyId} AND number = ${move.to} AND state = 'active')`;
  const [, moved] = await Promise.all([byPlaceAlone(tx, true), update, byPlaceAlone(tx, false)]);
  return moved.count;
};

/** Lists DEKs of a chunk that could not be moved; returns how many were not listed yet. */
export const addFailures = async (
  tx: TenantTx,
  job: { jobId: string; n: number },
  failures: readonly { recordId: string; code: string }[],
): Promise<number> => {
  const added = await tx.sql`
    INSERT INTO rewrap_failure (tenant_id, job_id, record_id, chunk, code)
    SELECT ${tx.tenantId}::uuid, ${job.jobId}::uuid, f.id, ${job.n}::int, f.code
    FROM unnest(${failures.map((failure) => failure.recordId)}::uuid[],
      ${failures.map((failure) => failure.code)}::text[]) AS f(id, code)
    ON CONFLICT DO NOTHING`;
  return added.count;
};

export type Advance = {
  jobId: string;
  n: number;
  cursor: string;
  moved: number;
  skipped: number;
  failed: number;
  /** The range has been walked to its end. */
  last: boolean;
  ratePerSecond: number | null;
  latency: JobLatency | null;
};

/** A chunk's counts. */
export type ChunkCounts = { moved: number; skipped: number; failed: number };

/**
 * Moves a chunk's cursor and counts, and the job's lease with them. At the end of the range, what was planned and has
 * neither been moved nor failed was written anew or deleted before the rewrap came: skipped. What came on top of the
 * plan, written by transactions that were open across the rotation, raises the total.
 */
export const advanceChunk = async (tx: TenantTx, step: Advance): Promise<ChunkCounts> => {
  const done = tx.sql`c.moved + c.skipped + c.failed + ${step.moved + step.skipped + step.failed}::bigint`;
  const [row] = await tx.sql<Record<keyof ChunkCounts, string>[]>`
    WITH was AS (
      SELECT planned FROM rewrap_chunk
      WHERE tenant_id = ${tx.tenantId} AND job_id = ${step.jobId} AND n = ${step.n}
    ), chunk AS (
      UPDATE rewrap_chunk c
      SET cursor = ${step.cursor}, moved = c.moved + ${step.moved}, failed = c.failed + ${step.failed},
          skipped = c.skipped + ${step.skipped}
                    + CASE WHEN ${step.last} THEN greatest(c.planned - (${done}), 0) ELSE 0 END,
          planned = greatest(c.planned, ${done}), state = ${step.last ? "done" : "open"}
      FROM was
      WHERE c.tenant_id = ${tx.tenantId} AND c.job_id = ${step.jobId} AND c.n = ${step.n} AND c.state = 'open'
      RETURNING c.moved, c.skipped, c.failed, c.planned - was.planned AS grown
    ), job AS (
      UPDATE rewrap_job j
      SET lease_until = now() + interval '10 seconds', updated_at = now(), total = j.total + chunk.grown,
          rate_per_second = coalesce(${step.ratePerSecond}::float8, j.rate_per_second),
          latency = coalesce(${step.latency && JSON.stringify(step.latency)}::text::jsonb, j.latency)
      FROM chunk WHERE j.tenant_id = ${tx.tenantId} AND j.id = ${step.jobId}
    )
    SELECT moved, skipped, failed FROM chunk`;
  if (!row) throw new Error(`Chunk ${step.n} of the rewrap ${step.jobId} is not open.`);
  return { moved: Number(row.moved), skipped: Number(row.skipped), failed: Number(row.failed) };
};
