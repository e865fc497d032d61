import type { OperatorTx } from "#db/tenant-tx.ts";

/** All sequencers of a database contend for this one advisory lock, which ends with the transaction. */
const LOCK = 0x6b66_7371;

/** Takes the sequencer's lock, or says that another holds it. Statements after this one see all that the last holder did. */
export const tryLockLogs = async (tx: OperatorTx): Promise<boolean> => {
  const [row] = await tx.sql<{ locked: boolean }[]>`
    SELECT pg_try_advisory_xact_lock(${LOCK}) AS locked, set_config('enable_seqscan', 'off', true),
           set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)`;
  return row?.locked ?? false;
};

/** Waits for the sequencer's lock: a waiter goes before those that only try. */
export const lockLogs = async (tx: OperatorTx): Promise<void> => {
  await tx.sql`SELECT pg_advisory_xact_lock(${LOCK})`;
};

/** An event taken from the queue; `tenantId` null is the operator's, `xid` the transaction that wrote it. */
export type QueuedEvent = { eventId: string; tenantId: string | null; xid: string; entry: Buffer };
type TakenRow = QueuedEvent & { ordinal: string };

const inOrder = (rows: readonly TakenRow[]): QueuedEvent[] =>
  rows
    .toSorted((a, b) => Number(BigInt(a.xid) - BigInt(b.xid)) || Number(a.ordinal) - Number(b.ordinal))
    .map(({ eventId, tenantId, xid, entry }) => ({ eventId, tenantId, xid, entry }));

/**
 * Takes the oldest events out of the queue. The holder of the lock is alone here, so the deletion is all the claim
 * there is. Queue rows whose event is gone stay, for `audit verify` to report.
 *
 * The queue is empty or long, and its statistics are always of the other time: so nothing here is a join that the
 * planner could turn round, and `tryLockLogs` leaves it no way but the indexes.
 */
export const takeEvents = async (tx: OperatorTx, limit: number): Promise<QueuedEvent[]> =>
  inOrder(
    await tx.sql<TakenRow[]>`
      WITH taken AS (
        DELETE FROM audit_queue WHERE event_id = ANY (ARRAY (
          SELECT q.event_id FROM audit_queue q
          WHERE (SELECT e.id FROM audit_event e WHERE e.id = q.event_id) IS NOT NULL
          ORDER BY q.xid, q.ordinal LIMIT ${limit}))
        RETURNING event_id, tenant_id, xid, ordinal
      )
      SELECT t.event_id AS "eventId", t.tenant_id AS "tenantId", t.xid::text AS xid, t.ordinal,
             (SELECT e.entry FROM audit_event e WHERE e.id = t.event_id) AS entry
      FROM taken t`,
  );

/** Takes whole transactions out of the queue: those that wrote these events, as far as they still wait. */
export const takeTransactionsOf = async (
  tx: OperatorTx,
  eventIds: readonly string[],
): Promise<QueuedEvent[]> =>
  inOrder(
    await tx.sql<TakenRow[]>`
      WITH taken AS (
        DELETE FROM audit_queue q
        WHERE q.xid = ANY (ARRAY (
            SELECT w.xid FROM audit_queue w WHERE w.event_id = ANY (${`{${eventIds.join(",")}}`}::uuid[])))
          AND (SELECT e.id FROM audit_event e WHERE e.id = q.event_id) IS NOT NULL
        RETURNING event_id, tenant_id, xid, ordinal
      )
      SELECT t.event_id AS "eventId", t.tenant_id AS "tenantId", t.xid::text AS xid, t.ordinal,
             (SELECT e.entry FROM audit_event e WHERE e.id = t.event_id) AS entry
      FROM taken t`,
  );

/** How much of the queue is counted: beyond it the exact number tells nobody anything. */
const COUNT_MAX = 100_000;

/** How many events wait for a place in a tree, and since when the oldest has. */
export const measureQueue = async (
  tx: OperatorTx,
): Promise<{ unsequenced: number; oldestSeconds: number | null }> => {
  const [row] = await tx.sql<{ unsequenced: string; oldest: string | null }[]>`
    SELECT (SELECT count(*) FROM (SELECT FROM audit_queue LIMIT ${COUNT_MAX}) AS queued) AS unsequenced,
           (SELECT extract(epoch FROM clock_timestamp() - (SELECT e.at FROM audit_event e WHERE e.id = q.event_id))
            FROM audit_queue q ORDER BY q.xid, q.ordinal LIMIT 1) AS oldest`;
  return {
    unsequenced: Number(row?.unsequenced ?? 0),
    oldestSeconds: row?.oldest ? Math.max(0, Number(row.oldest)) : null,
  };
};
