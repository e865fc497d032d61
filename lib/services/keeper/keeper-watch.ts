import type { Database } from "#db/client.ts";
import type { KeeperWatch } from "#lib/domain/keeper-watch.ts";
import { keeperStatus } from "./keeper-status.ts";

/** Is a keeper there? What every open page of the console asks. */
export const keeperWatch = async (db: Database): Promise<KeeperWatch> => {
  const { away, lastSeenAt, now } = await keeperStatus(db);
  return { away, lastSeenAt, now };
};
