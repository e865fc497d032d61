import { eq } from "drizzle-orm";
import { deployment } from "#db/schema/deployment.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";

const LEAVES_PAGE = 1_000;
const NOTES_PAGE = 1_000;
/** Of events outside every tree the first few say it all. */
const STRAYS_MAX = 1_000;

export type TreeRow = {
  logId: string;
  /** Null for the global tree. */
  tenant: string | null;
  slug: string | null;
  size: number;
  hashes: Uint8Array;
};

export const readDeploymentId = async (tx: OperatorTx): Promise<string> => {
  const [row] = await tx.db
    .select({ id: deployment.id })
    .from(deployment)
    .where(eq(deployment.singleton, true));
  return row?.id ?? "";
};

/** Every tree there is or should be. One whose head row is gone counts as empty, so that its leaves are too many. */
export const readTrees = async (tx: OperatorTx): Promise<TreeRow[]> => {
  const rows = await tx.sql<(Omit<TreeRow, "size"> & { size: string })[]>`
    WITH RECURSIVE leaf_log AS (
      (SELECT log_id FROM audit_leaf ORDER BY log_id LIMIT 1)
      UNION ALL
      SELECT (SELECT l.log_id FROM audit_leaf l WHERE l.log_id > p.log_id ORDER BY l.log_id LIMIT 1)
      FROM leaf_log p WHERE p.log_id IS NOT NULL
    ), log AS (
      SELECT log_id FROM audit_head UNION SELECT log_id FROM leaf_log WHERE log_id IS NOT NULL
      UNION SELECT id FROM tenant
    )
    SELECT log.log_id AS "logId", nullif(log.log_id, d.id) AS tenant, t.slug,
           coalesce(h.size, 0) AS size, coalesce(h.hashes, '') AS hashes
    FROM log CROSS JOIN deployment d LEFT JOIN audit_head h USING (log_id) LEFT JOIN tenant t ON t.id = log.log_id`;
  return rows.map((row) => ({ ...row, size: Number(row.size) }));
};

export type LeafRow = {
  index: number;
  leafHash: Uint8Array;
  eventId: string | null;
  entry: Uint8Array | null;
};

/** Leaves with the bytes that were hashed, from index `from` up to but not including `to` (null: all). */
export async function* streamLeaves(
  tx: OperatorTx,
  logId: string,
  from: number,
  to: number | null,
): AsyncGenerator<LeafRow> {
  for (let next = from; to === null || next < to; ) {
    const rows = await tx.sql<(Omit<LeafRow, "index"> & { index: string })[]>`
      SELECT l.leaf_index AS index, l.leaf_hash AS "leafHash", l.event_id AS "eventId",
             CASE WHEN l.event_id IS NULL THEN l.head ELSE e.entry END AS entry
      FROM audit_leaf l LEFT JOIN audit_event e ON e.id = l.event_id
      WHERE l.log_id = ${logId} AND l.leaf_index >= ${next} AND l.leaf_index < ${to ?? Number.MAX_SAFE_INTEGER}
      ORDER BY l.leaf_index LIMIT ${LEAVES_PAGE}`;
    for (const row of rows) yield { ...row, index: Number(row.index) };
    const last = rows.at(-1);
    if (!last || rows.length < LEAVES_PAGE) return;
    next = Number(last.index) + 1;
  }
}

/** The stored checkpoints in the order of their signing. */
export async function* streamCheckpoints(tx: OperatorTx): AsyncGenerator<{ size: number; note: string }> {
  for (let after = { epoch: 0, size: -1 }; ; ) {
    const rows = await tx.sql<{ epoch: number; size: string; note: string }[]>`
      SELECT epoch, size, note FROM audit_checkpoint
      WHERE (epoch, size) > (${after.epoch}::integer, ${after.size}::bigint)
      ORDER BY epoch, size LIMIT ${NOTES_PAGE}`;
    for (const { size, note } of rows) yield { size: Number(size), note };
    const last = rows.at(-1);
    if (!last || rows.length < NOTES_PAGE) return;
    after = { epoch: last.epoch, size: Number(last.size) };
  }
}

export type StrayRow = { eventId: string; tenant: string | null; isGone: boolean };

/** Events in no tree and no queue, and places in the queue whose event is gone. */
export const readStrays = async (tx: OperatorTx): Promise<StrayRow[]> => tx.sql<StrayRow[]>`
  (SELECT e.id AS "eventId", e.tenant_id AS tenant, false AS "isGone" FROM audit_event e
   WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.event_id = e.id)
     AND NOT EXISTS (SELECT FROM audit_queue q WHERE q.event_id = e.id)
   LIMIT ${STRAYS_MAX})
  UNION ALL
  (SELECT q.event_id, q.tenant_id, true FROM audit_queue q
   WHERE NOT EXISTS (SELECT FROM audit_event e WHERE e.id = q.event_id) LIMIT ${STRAYS_MAX})`;
