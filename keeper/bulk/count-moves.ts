import type { Database } from "#db/client.ts";
import { countIssued } from "#db/queries/issued-wraps.ts";
import type { MovedFrom } from "#db/queries/moved-wraps.ts";
import { takeOffMoved } from "#db/queries/moved-wraps.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { TenantId } from "#lib/domain/ids.ts";

/** What a batch moves within one key: so many wraps leave under its target, of DEKs that were under other versions. */
export type KeyMove = { keyId: string; target: number; wraps: number; from: readonly MovedFrom[] };

/** The fence held keys back, so nothing may stand of what was written about them. */
class HeldBack extends Error {}

/**
 * Both statements travel in one flight. The version that everybody wraps under is locked last, when the rows of what was
 * moved away are written: those who encrypt do not wait for that.
 */
const countMove = async (tx: TenantTx, { keyId, target, wraps, from }: KeyMove): Promise<boolean> => {
  const [, counted] = await Promise.all([
    takeOffMoved(tx, keyId, from),
    countIssued(tx, [{ keyId, number: target, count: wraps }]),
  ]);
  return counted.length > 0;
};

/** Keys by their id and each one's versions upwards: the order in which all who lock several of them do. */
const inOrder = (moves: readonly KeyMove[]): KeyMove[] =>
  moves
    // A rotation overtook the target if a DEK comes from above it.
    .filter(({ target, from }) => from.every(({ number }) => number < target))
    .toSorted((one, other) => (one.keyId < other.keyId ? -1 : 1));

/**
 * Counts the wraps that a batch moved on their new versions, and takes off the old ones what was never taken off before.
 * Returns the keys whose wraps may leave; of the others nothing is changed.
 */
export const countMoves = async (
  db: Database,
  tenantId: TenantId,
  moves: readonly KeyMove[],
): Promise<ReadonlySet<string>> => {
  let left = inOrder(moves);
  while (left.length > 0) {
    const mayLeave = new Set<string>();
    const count = async (tx: TenantTx): Promise<void> => {
      const counted = await Promise.all(left.map((move) => countMove(tx, move)));
      for (const [n, { keyId }] of left.entries()) if (counted[n]) mayLeave.add(keyId);
      if (mayLeave.size < left.length) throw new HeldBack();
    };
    try {
      await withTenant(db, tenantId, count);
      return mayLeave;
    } catch (error) {
      if (!(error instanceof HeldBack)) throw error;
      left = left.filter(({ keyId }) => mayLeave.has(keyId));
    }
  }
  return new Set();
};
