import type { AnyTx } from "#db/tenant-tx.ts";

export type PlacedEvent = {
  id: string;
  /** The tenant's slug; null for an event of the operator's. */
  tenant: string | null;
  entry: Buffer;
  leaf: { logId: string; index: number; hash: Buffer; size: number } | null;
};

/** One event, with its exact bytes and its place. */
export const findEvent = async (tx: AnyTx, id: string): Promise<PlacedEvent | null> => {
  type Raw = Omit<PlacedEvent, "leaf"> & { logId: string | null; index: string; hash: Buffer; size: string };
  const [row] = await tx.sql<Raw[]>`
    SELECT e.id, t.slug AS tenant, e.entry, l.log_id AS "logId", l.leaf_index AS index, l.leaf_hash AS hash,
           coalesce(h.size, 0) AS size
    FROM audit_event e LEFT JOIN tenant t ON t.id = e.tenant_id
         LEFT JOIN audit_leaf l ON l.event_id = e.id LEFT JOIN audit_head h ON h.log_id = l.log_id
    WHERE e.id = ${id} AND ${"tenantId" in tx ? tx.sql`e.tenant_id = ${tx.tenantId}` : tx.sql`true`}`;
  if (!row) return null;
  const { logId, index, hash, size, ...event } = row;
  return {
    ...event,
    leaf: logId === null ? null : { logId, index: Number(index), hash, size: Number(size) },
  };
};

/** What stands beside a leaf: an event, or in the global tree a published head (no event). */
export type NeighbourRow = { index: number; eventId: string | null; action: string | null };

export const findNeighbours = async (tx: AnyTx, logId: string, index: number): Promise<NeighbourRow[]> => {
  const rows = await tx.sql<(Omit<NeighbourRow, "index"> & { index: string })[]>`
    SELECT l.leaf_index AS index, l.event_id AS "eventId", e.action
    FROM audit_leaf l LEFT JOIN audit_event e ON e.id = l.event_id
    WHERE l.log_id = ${logId} AND l.leaf_index IN (${index - 1}::bigint, ${index + 1}::bigint)`;
  return rows.map((row) => ({ ...row, index: Number(row.index) }));
};
