import type { QueuedEvent } from "#db/queries/sequencer-queue.ts";
import { takeEvents, takeTransactionsOf, tryLockLogs } from "#db/queries/sequencer-queue.ts";
import type { HeadAdvance, NewLeaf } from "#db/queries/sequencer-trees.ts";
import { advanceHeads, indexEvents, insertEventLeaves, readHeads } from "#db/queries/sequencer-trees.ts";
import type { OperatorTx } from "#db/tenant-tx.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { leafHash } from "#lib/audit/leaf.ts";
import { appendLeaf, decodeRange, emptyRange, encodeRange } from "#lib/audit/merkle.ts";
import type { Keeper } from "../keeper.ts";
import { inCausalOrder, missingCauses } from "./cause-order.ts";

export const BATCH_EVENTS = 1_000;

/** The oldest events, and with them what made them happen if that waits too. */
const takeBatch = async (tx: OperatorTx): Promise<QueuedEvent[]> => {
  const events = await takeEvents(tx, BATCH_EVENTS);
  for (let missing = missingCauses(events); missing.length > 0; ) {
    const found = await takeTransactionsOf(tx, missing);
    if (found.length === 0) break;
    events.push(...found);
    missing = missingCauses(found);
  }
  return inCausalOrder(events);
};

/** Appends events to their trees, in this order: leaves without a gap, and the heads moved on from where they were read. */
const place = async (tx: OperatorTx, deploymentId: string, events: readonly QueuedEvent[]): Promise<void> => {
  const byLog = Map.groupBy(events, ({ tenantId }) => tenantId ?? deploymentId);
  const heads = new Map((await readHeads(tx, [...byLog.keys()])).map((head) => [head.logId, head]));
  const leaves: NewLeaf[] = [];
  const advances: HeadAdvance[] = [];
  for (const [logId, logEvents] of byLog) {
    const head = heads.get(logId);
    const from = head?.size ?? 0;
    let range = head ? decodeRange(head.size, head.hashes) : emptyRange();
    for (const { eventId, entry } of logEvents) {
      const hash = leafHash(entry);
      leaves.push({ logId, index: range.size, eventId, hash });
      range = appendLeaf(range, hash);
    }
    advances.push({ logId, from, size: range.size, hashes: encodeRange(range) });
  }
  await Promise.all([insertEventLeaves(tx, leaves), advanceHeads(tx, advances), indexEvents(tx, leaves)]);
};

/**
 * One cycle of the sequencer: gives waiting events their places in the trees, in one transaction under the advisory
 * lock. Returns how many, or null when another sequencer holds the lock.
 */
export const sequenceBatch = (keeper: Pick<Keeper, "sequencerDb" | "deploymentId">): Promise<number | null> =>
  withOperator(keeper.sequencerDb, async (tx) => {
    if (!(await tryLockLogs(tx))) return null;
    const events = await takeBatch(tx);
    if (events.length > 0) await place(tx, keeper.deploymentId, events);
    return events.length;
  });
