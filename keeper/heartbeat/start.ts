import { upsertHeartbeat } from "#db/queries/heartbeat.ts";
import { withOperator } from "#db/tenant-tx.ts";
import type { HeartbeatBody } from "#lib/domain/health.ts";
import type { Keeper } from "../keeper.ts";
import { runLoop } from "../loop.ts";
import { sequencerState } from "../sequencer/start.ts";
import { cryptoHealth } from "../server/health.ts";

const BEAT_MS = 5_000;

/** Tells the console, through the database, that this keeper lives and how it is. */
export const startHeartbeat = (keeper: Keeper): { close(): Promise<void> } => {
  const startedAt = new Date().toISOString();
  return runLoop(keeper, "heartbeat", BEAT_MS, async () => {
    const body: HeartbeatBody = {
      crypto: await cryptoHealth(keeper),
      backupSeconds: keeper.backupSeconds,
      sequencer: sequencerState(),
    };
    await withOperator(keeper.db, (tx) => upsertHeartbeat(tx, { keeperId: keeper.id, startedAt, body }));
    return false;
  });
};
