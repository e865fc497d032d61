import { join } from "node:path";
import type { Logger } from "pino";
import type { Database } from "#db/client.ts";
import { findDeploymentId } from "#db/queries/platform.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { newId } from "#lib/domain/ids.ts";
import { createLocalKms } from "#lib/kms/local.ts";
import type { RootKey } from "#lib/kms/root-key.ts";
import type { Keeper } from "./keeper.ts";
import { createKekCache } from "./keys/kek-cache.ts";
import { loadPlatform } from "./platform/load-platform.ts";

export type KeeperOptions = {
  db: Database;
  sequencerDb: Database;
  dataDir: string;
  root: RootKey;
  log: Logger;
  stop: AbortSignal;
  backupSeconds?: number | null;
};

/** A keeper with its platform key and keyring open, before any of its loops runs. */
export const createKeeper = async ({ root, ...parts }: KeeperOptions): Promise<Keeper> => {
  const id = newId();
  const kms = createLocalKms({ dir: join(parts.dataDir, "kms"), root });
  const deploymentId = await withOperator(parts.db, findDeploymentId);
  const opened = await loadPlatform({ id, deploymentId, db: parts.db, kms, req: `start_${id}` });
  const keeper: Keeper = {
    id,
    deploymentId,
    ...parts,
    ...opened,
    kms: kms.cmk,
    keks: createKekCache(() => keeper),
    backupSeconds: parts.backupSeconds ?? null,
  };
  return keeper;
};
