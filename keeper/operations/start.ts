import { claimOperation } from "#db/queries/operation-claim.ts";
import { withOperator } from "#db/tenant-tx.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import type { Keeper } from "../keeper.ts";
import { runLoop } from "../loop.ts";
import { performOperation } from "./perform.ts";

/** How long an intent waits at most when the hint did not arrive. */
const POLL_MS = 1_000;
/** They wait for a KMS more than they compute. */
const AT_ONCE = 16;
/** A KMS that does not answer holds up its own tenant, or the operator, and not all of their work either. */
const PER_OWNER = 2;

/** Those that have as many under way as they may; null is the operator. */
const busy = (owners: Iterable<TenantId | null>): (TenantId | null)[] => {
  const counts = new Map<TenantId | null, number>();
  for (const owner of owners) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return [...counts].filter(([, count]) => count >= PER_OWNER).map(([owner]) => owner);
};

/** Takes operations as they come, some at once. NOTIFY is a hint that saves the wait; without it, polling finds them. */
export const startOperations = (keeper: Keeper): { close(): Promise<void> } => {
  const wake = Promise.withResolvers<void>();
  const hint = { wait: wake.promise, ring: wake.resolve };
  const ring = () => {
    hint.ring();
    const next = Promise.withResolvers<void>();
    Object.assign(hint, { wait: next.promise, ring: next.resolve });
  };
  // Hints want a session of their own; behind a transaction pooler there may be none, and nothing is lost.
  const hints = keeper.hintsDb === undefined ? keeper.db : keeper.hintsDb;
  const listening = (hints?.sql.listen("keyfold_operation", ring) ?? Promise.resolve(null)).catch(
    (err: unknown) => {
      keeper.log.warn({ err }, "no hints from the database; operations are found by polling");
      return null;
    },
  );
  const performing = new Map<Promise<void>, TenantId | null>();
  const loop = runLoop(
    keeper,
    "operations",
    POLL_MS,
    async () => {
      if (performing.size >= AT_ONCE) await Promise.race(performing.keys());
      const operation = await withOperator(keeper.db, (tx) =>
        claimOperation(tx, keeper.id, busy(performing.values())),
      );
      if (!operation) return false;
      const work = performOperation(keeper, operation)
        // Its lease ends, and it is taken up again.
        .catch((err: unknown) => keeper.log.error({ err, operation: operation.id }, "an operation broke off"))
        .finally(() => {
          performing.delete(work);
          // What waited for its tenant's turn need not wait for the next poll.
          ring();
        });
      performing.set(work, operation.tenantId);
      return true;
    },
    hint,
  );
  return {
    close: async () => {
      await loop.close();
      await Promise.all(performing.keys());
      await (await listening)?.unlisten().catch(() => {});
    },
  };
};
