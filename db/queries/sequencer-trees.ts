import type { OperatorTx } from "#db/tenant-tx.ts";
import { DomainError } from "#lib/domain/errors.ts";

/** A log's compact range as it is stored. */
export type HeadRow = { logId: string; size: number; hashes: Buffer };
type Raw<T> = { [K in keyof T]: T[K] extends number ? string : T[K] };

const list = (values: readonly (string | number)[]): string => `{${values.join(",")}}`;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

export const readHeads = async (tx: OperatorTx, logIds: readonly string[]): Promise<HeadRow[]> => {
  const rows = await tx.sql<Raw<HeadRow>[]>`
    SELECT log_id AS "logId", size, hashes FROM audit_head WHERE log_id = ANY (${list(logIds)}::uuid[])`;
  return rows.map((row) => ({ ...row, size: Number(row.size) }));
};

export type NewLeaf = { logId: string; index: number; eventId: string; hash: Uint8Array };

/** Inserts the leaves of events. The hashes go as one parameter and are cut by position: the fastest way for many. */
export const insertEventLeaves = async (tx: OperatorTx, leaves: readonly NewLeaf[]): Promise<void> => {
  await tx.sql`
    INSERT INTO audit_leaf (log_id, leaf_index, event_id, leaf_hash)
    SELECT r.log_id, r.leaf_index, r.event_id,
           substring(${Buffer.concat(leaves.map(({ hash }) => hash))}::bytea FROM ((r.n - 1) * 32 + 1)::integer FOR 32)
    FROM unnest(${list(leaves.map(({ logId }) => logId))}::uuid[], ${list(leaves.map(({ index }) => index))}::bigint[],
                ${list(leaves.map(({ eventId }) => eventId))}::uuid[])
         WITH ORDINALITY AS r (log_id, leaf_index, event_id, n)`;
};

/** Takes placed events into what the log is searched by: their words, and the counts of their hour. */
export const indexEvents = async (tx: OperatorTx, leaves: readonly NewLeaf[]): Promise<void> => {
  await tx.sql`SELECT audit_index_events(${list(leaves.map(({ eventId }) => eventId))}::uuid[])`;
};

export type NewHeadLeaf = { index: number; head: Uint8Array; hash: Uint8Array };

/** Inserts published tenant heads as leaves of the global tree. */
export const insertHeadLeaves = async (
  tx: OperatorTx,
  logId: string,
  leaves: readonly NewHeadLeaf[],
): Promise<void> => {
  await tx.sql`
    INSERT INTO audit_leaf (log_id, leaf_index, head, leaf_hash)
    SELECT ${logId}::uuid, r.leaf_index, decode(r.head, 'hex'), decode(r.hash, 'hex')
    FROM unnest(${list(leaves.map(({ index }) => index))}::bigint[], ${list(leaves.map(({ head }) => hex(head)))}::text[],
                ${list(leaves.map(({ hash }) => hex(hash)))}::text[]) AS r (leaf_index, head, hash)`;
};

export type HeadAdvance = { logId: string; from: number; size: number; hashes: Uint8Array };

/**
 * Moves heads on, each only from the size that was read: a sequencer that was paused and has lost its lock without
 * knowing changes nothing.
 *
 * @throws DomainError `CONFLICT`, and the transaction must not go on.
 */
export const advanceHeads = async (tx: OperatorTx, heads: readonly HeadAdvance[]): Promise<void> => {
  const rows = tx.sql`
    unnest(${list(heads.map(({ logId }) => logId))}::uuid[], ${list(heads.map(({ from }) => from))}::bigint[],
           ${list(heads.map(({ size }) => size))}::bigint[], ${list(heads.map(({ hashes }) => hex(hashes)))}::text[])
    AS r (log_id, old_size, new_size, hashes)`;
  const [row] = await tx.sql<{ moved: string }[]>`
    WITH grown AS (
      UPDATE audit_head h SET size = r.new_size, hashes = decode(r.hashes, 'hex')
      FROM ${rows} WHERE h.log_id = r.log_id AND h.size = r.old_size RETURNING 1
    ), begun AS (
      INSERT INTO audit_head (log_id, size, hashes)
      SELECT r.log_id, r.new_size, decode(r.hashes, 'hex') FROM ${rows} WHERE r.old_size = 0
      ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT (SELECT count(*) FROM grown) + (SELECT count(*) FROM begun) AS moved`;
  if (Number(row?.moved) !== heads.length) {
    throw new DomainError("CONFLICT", "Another sequencer has moved a log's head meanwhile.");
  }
};

/** Trees of tenants that have grown since their head was last published. */
export const readUnpublishedHeads = async (
  tx: OperatorTx,
  globalLogId: string,
  limit: number,
): Promise<HeadRow[]> => {
  const rows = await tx.sql<Raw<HeadRow>[]>`
    SELECT log_id AS "logId", size, hashes FROM audit_head
    WHERE log_id <> ${globalLogId} AND size > published_size ORDER BY log_id LIMIT ${limit}`;
  return rows.map((row) => ({ ...row, size: Number(row.size) }));
};

/** Notes which sizes now stand in the global tree. */
export const markPublished = async (
  tx: OperatorTx,
  heads: readonly { logId: string; size: number }[],
): Promise<void> => {
  await tx.sql`
    UPDATE audit_head h SET published_size = r.size
    FROM unnest(${list(heads.map(({ logId }) => logId))}::uuid[], ${list(heads.map(({ size }) => size))}::bigint[])
         AS r (log_id, size)
    WHERE h.log_id = r.log_id AND h.size = r.size AND h.published_size < r.size`;
};

export type LeafHashRow = { index: number; hash: Buffer };

/** The stored hashes of leaves from index `from` up to but not including `to`. */
export const readLeafHashes = async (
  tx: OperatorTx,
  logId: string,
  from: number,
  to: number,
  limit: number,
): Promise<LeafHashRow[]> => {
  const rows = await tx.sql<Raw<LeafHashRow>[]>`
    SELECT leaf_index AS index, leaf_hash AS hash FROM audit_leaf
    WHERE log_id = ${logId} AND leaf_index >= ${from} AND leaf_index < ${to} ORDER BY leaf_index LIMIT ${limit}`;
  return rows.map((row) => ({ ...row, index: Number(row.index) }));
};
