import type { TenantTx } from "#db/tenant-tx.ts";
import { uuidFromBytes } from "#lib/domain/ids.ts";
import type { OpenChunk } from "./rewrap-plan.ts";

/** DEKs in the order of their record ids, as bytes side by side: ids of 16, versions of 4 (big-endian), DEKs of 101. */
export type DekBatch = { count: number; ids: Buffer; versions: Buffer; deks: Buffer };

const NOTHING: DekBatch = { count: 0, ids: Buffer.of(), versions: Buffer.of(), deks: Buffer.of() };

// With statistics of before the rotation, "not on the target" is estimated at one row and joins become scans of the table.
const walkTheKey = (tx: TenantTx) => tx.sql`
  SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
         set_config('enable_mergejoin', 'off', true)`;

/** Reads the next DEKs of a range that are not on the target. */
export const readBatch = async (
  tx: TenantTx,
  scope: { keyId: string; targetVersion: number },
  range: Pick<OpenChunk, "cursor" | "upto">,
  limit: number,
): Promise<DekBatch> => {
  // One value for each column instead of one for each row: parsing rows costs more than reading them.
  const [, [row]] = await Promise.all([
    walkTheKey(tx),
    tx.sql<DekBatch[]>`
      SELECT count(*)::int AS count, string_agg(uuid_send(record_id), '') AS ids,
             string_agg(int4send(key_version), '') AS versions, string_agg(wrapped_dek, '') AS deks
      FROM (
        SELECT record_id, key_version, wrapped_dek FROM dek
        WHERE tenant_id = ${tx.tenantId} AND key_id = ${scope.keyId}
          AND record_id > ${range.cursor} AND record_id <= ${range.upto} AND key_version <> ${scope.targetVersion}
        ORDER BY record_id LIMIT ${limit}) s`,
  ]);
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

export type Move = {
  keyId: string;
  from: number;
  to: number;
  count: number;
  ids: Uint8Array;
  olds: Uint8Array;
  news: Uint8Array;
};

const bytes = (part: Uint8Array) => Buffer.from(part.buffer, part.byteOffset, part.byteLength);

/**
 * Moves DEKs to the target, each only if version and bytes are still those that were read, and all only if the target
 * is active in the same statement. Returns how many were moved.
 */
export const moveDeks = async (tx: TenantTx, move: Move): Promise<number> => {
  const { ids, olds, news } = move;
  // Materialized: under row-level security only plain columns may find rows by the index.
  const moved = await tx.sql`
    WITH v AS MATERIALIZED (
      SELECT encode(substring(${bytes(ids)}::bytea FROM i * 16 + 1 FOR 16), 'hex')::uuid AS record_id,
             substring(${bytes(olds)}::bytea FROM i * 101 + 1 FOR 101) AS old,
             substring(${bytes(news)}::bytea FROM i * 101 + 1 FOR 101) AS new
      FROM generate_series(0, ${move.count}::int - 1) AS i)
    UPDATE dek d SET key_version = ${move.to}, wrapped_dek = v.new FROM v
    WHERE d.tenant_id = ${tx.tenantId} AND d.key_id = ${move.keyId} AND d.record_id = v.record_id
      AND d.key_version = ${move.from} AND d.wrapped_dek = v.old
      AND EXISTS (SELECT FROM key_version
                  WHERE tenant_id = ${tx.tenantId} AND key_id = ${move.keyId} AND number = ${move.to} AND state = 'active')`;
  return moved.count;
};

/** Those of a batch that are still not on the target, locked, as they are by now. The others are current or gone. */
export const lockRest = async (
  tx: TenantTx,
  scope: { keyId: string; targetVersion: number },
  ids: Uint8Array,
): Promise<DekBatch> => {
  const names = Array.from({ length: ids.length / 16 }, (_, i) =>
    uuidFromBytes(ids.subarray(i * 16, i * 16 + 16)),
  );
  const [row] = await tx.sql<DekBatch[]>`
    SELECT count(*)::int AS count, string_agg(uuid_send(record_id), '') AS ids,
           string_agg(int4send(key_version), '') AS versions, string_agg(wrapped_dek, '') AS deks
    FROM (
      SELECT record_id, key_version, wrapped_dek FROM dek
      WHERE tenant_id = ${tx.tenantId} AND key_id = ${scope.keyId} AND record_id = ANY(${names}::uuid[])
        AND key_version <> ${scope.targetVersion}
      ORDER BY record_id FOR NO KEY UPDATE) s`;
  return row && row.count > 0 ? row : NOTHING;
};

/** Lists DEKs that could not be moved; returns how many were not listed yet. */
export const addFailures = async (
  tx: TenantTx,
  jobId: string,
  failures: readonly { id: Uint8Array; code: string }[],
): Promise<number> => {
  const added = await tx.sql`
    INSERT INTO rewrap_failure (tenant_id, job_id, record_id, code)
    SELECT ${tx.tenantId}::uuid, ${jobId}::uuid, f.id, f.code
    FROM unnest(${failures.map((failure) => uuidFromBytes(failure.id))}::uuid[],
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
          rate_per_second = coalesce(${step.ratePerSecond}::float8, j.rate_per_second)
      FROM chunk WHERE j.tenant_id = ${tx.tenantId} AND j.id = ${step.jobId}
    )
    SELECT moved, skipped, failed FROM chunk`;
  if (!row) throw new Error(`Chunk ${step.n} of the rewrap ${step.jobId} is not open.`);
  return { moved: Number(row.moved), skipped: Number(row.skipped), failed: Number(row.failed) };
};

/** The version of the first DEK that a range still has to move; null when there is none. */
export const peekVersion = async (
  tx: TenantTx,
  scope: { keyId: string; targetVersion: number },
  range: Pick<OpenChunk, "cursor" | "upto">,
): Promise<number | null> => {
  const [, [row]] = await Promise.all([
    walkTheKey(tx),
    tx.sql<{ version: number }[]>`
      SELECT key_version AS version FROM dek
      WHERE tenant_id = ${tx.tenantId} AND key_id = ${scope.keyId}
        AND record_id > ${range.cursor} AND record_id <= ${range.upto} AND key_version <> ${scope.targetVersion}
      ORDER BY record_id LIMIT 1`,
  ]);
  return row?.version ?? null;
};
