import type { Database } from "#db/client.ts";
import type { KeeperWatch } from "#lib/domain/keeper-watch.ts";
import { keeperStatus } from "./keeper-status.ts";

/** Is a keeper there, and does its platform key work? What every open page of the console asks. */
export const keeperWatch = async (db: Database): Promise<KeeperWatch> => {
  const { away, lastSeenAt, now, crypto } = await keeperStatus(db);
  const brokenKey = !away && crypto?.status === "unhealthy" ? { provider: crypto.provider } : null;
  return { away, lastSeenAt, now, brokenKey };
};
