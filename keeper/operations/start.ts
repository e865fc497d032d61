import { claimOperation } from "#db/queries/operation-claim.ts";
import { withOperator } from "#db/tenant-tx.ts";
import type { Keeper } from "../keeper.ts";
import { runLoop } from "../loop.ts";
import { performOperation } from "./perform.ts";

/** How long an intent waits at most when the hint did not arrive. */
const POLL_MS = 1_000;

/** Takes operations one after the other. NOTIFY is a hint that saves the wait; without it, polling finds them. */
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
  const loop = runLoop(
    keeper,
    "operations",
    POLL_MS,
    async () => {
      const operation = await withOperator(keeper.db, (tx) => claimOperation(tx, keeper.id));
      if (!operation) return false;
      await performOperation(keeper, operation);
      return true;
    },
    hint,
  );
  return {
    close: async () => {
      await loop.close();
      await (await listening)?.unlisten().catch(() => {});
    },
  };
};
