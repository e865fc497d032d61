import type { Logger } from "pino";
import type { Database } from "#db/client.ts";
import { findDeploymentId } from "#db/queries/platform.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { newId } from "#lib/domain/ids.ts";
import { usePrimitives } from "#lib/crypto/primitives.ts";
import type { RootKey } from "#lib/kms/root-key.ts";
import { createConnectionBook } from "./connections/book.ts";
import { CLOSED_POLICY, type ConnectionPolicy } from "./connections/policy.ts";
import { createForeground } from "./foreground/foreground.ts";
import type { Keeper } from "./keeper.ts";
import { createKekCache } from "./keys/kek-cache.ts";
import { countKmsCalls } from "./metrics/count-kms-calls.ts";
import { findPrimitives } from "./openssl/primitives.ts";
import { loadPlatform } from "./platform/load-platform.ts";
import { moveRoot, type RootMove, rootName } from "./platform/move-root.ts";
import { openLocalKms } from "./platform/open-roots.ts";

export type KeeperOptions = {
  db: Database;
  sequencerDb: Database;
  hintsDb?: Database | null;
  dataDir: string;
  root: RootKey;
  /** The roots before it, the newest first: dual-key mode. */
  previousRoots?: readonly RootKey[];
  log: Logger;
  stop: AbortSignal;
  backupSeconds?: number | null;
  /** What tenants' connections may reach; nothing but the clouds unless told. */
  connectionPolicy?: ConnectionPolicy;
};

/** A keeper with its platform key and keyring open, before any of its loops runs. */
export const createKeeper = async ({
  root,
  previousRoots = [],
  connectionPolicy = CLOSED_POLICY,
  ...parts
}: KeeperOptions): Promise<Keeper> => {
  usePrimitives(await findPrimitives());
  const id = newId();
  const roots = { root, previousRoots };
  const kms = await openLocalKms(parts.dataDir, roots);
  const deploymentId = await withOperator(parts.db, findDeploymentId);
  const req = `start_${id}`;
  const opened = await loadPlatform({ id, deploymentId, db: parts.db, kms, req });
  const move: RootMove = { id, db: parts.db, kms, roots, platform: opened.platform, log: parts.log, req };
  const dual = previousRoots.length > 0;
  if (dual) await moveRoot(move);
  const keeper: Keeper = {
    id,
    deploymentId,
    ...parts,
    ...opened,
    roots: {
      dual,
      ids: [root, ...previousRoots].map(rootName),
      count: kms.countByRoot,
      move: () => moveRoot(move),
    },
    kms: (cmkId) => countKmsCalls(kms.cmk(cmkId)),
    keks: createKekCache(() => keeper),
    connections: createConnectionBook(connectionPolicy),
    backupSeconds: parts.backupSeconds ?? null,
    foreground: createForeground(),
  };
  return keeper;
};
