import { upsertHeartbeat } from "#db/queries/heartbeat.ts";
import { withOperator } from "#db/tenant-tx.ts";
import type { HeartbeatBody } from "#lib/domain/health.ts";
import type { Keeper } from "../keeper.ts";
import { runLoop } from "../loop.ts";
import { sequencerState } from "../sequencer/start.ts";
import { cryptoHealth } from "../server/health.ts";

const BEAT_MS = 5_000;

const bodyOf = async (keeper: Keeper): Promise<HeartbeatBody> => {
  const { current, previous, damaged } = await keeper.roots.count();
  return {
    crypto: await cryptoHealth(keeper),
    backupSeconds: keeper.backupSeconds,
    sequencer: sequencerState(),
    // Roots belong to the local provider.
    ...(keeper.roots.ids.length > 0 && {
      roots: { ids: [...keeper.roots.ids], current, previous, damaged },
    }),
  };
};

/** Tells the console, through the database, that this keeper lives and how it is; and at the end that it stopped. */
export const startHeartbeat = (keeper: Keeper): { close(): Promise<void> } =>
  startBeating(keeper, () => bodyOf(keeper));

/** The same for any process that has a keeper's place. */
export const startBeating = (
  keeper: Pick<Keeper, "id" | "db" | "log" | "stop">,
  bodyNow: () => Promise<HeartbeatBody>,
): { close(): Promise<void> } => {
  const startedAt = new Date().toISOString();
  const beat = (body: HeartbeatBody) =>
    withOperator(keeper.db, (tx) => upsertHeartbeat(tx, { keeperId: keeper.id, startedAt, body }));
  const loop = runLoop(keeper, "heartbeat", BEAT_MS, async () => {
    await beat(await bodyNow());
    return false;
  });
  return {
    close: async () => {
      await loop.close();
      try {
        await beat({ ...(await bodyNow()), stopped: true });
      } catch (err) {
        keeper.log.warn({ err }, "the last heartbeat could not be written");
      }
    },
  };
};
