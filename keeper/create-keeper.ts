import type { Logger } from "pino";
import type { Database } from "#db/client.ts";
import { findDeploymentId } from "#db/queries/platform.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { newId } from "#lib/domain/ids.ts";
import { usePrimitives } from "#lib/crypto/primitives.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { KmsAdapter } from "#lib/kms/port.ts";
import { createConnectionBook } from "./connections/book.ts";
import { CLOSED_POLICY, type ConnectionPolicy } from "./connections/policy.ts";
import { createForeground } from "./foreground/foreground.ts";
import type { Keeper, KeeperRoots, PlatformCmk } from "./keeper.ts";
import { createKekCache } from "./keys/kek-cache.ts";
import { countKmsCalls } from "./metrics/count-kms-calls.ts";
import { findPrimitives } from "./openssl/primitives.ts";
import { loadPlatform } from "./platform/load-platform.ts";
import { moveRoot, type RootMove, rootName } from "./platform/move-root.ts";
import type { PlatformKey } from "./platform/platform-key.ts";
import { createRequestRates } from "./tokens/request-rates.ts";

export type KeeperOptions = {
  db: Database;
  sequencerDb: Database;
  hintsDb?: Database | null;
  dataDir: string;
  platformKey: PlatformKey;
  log: Logger;
  stop: AbortSignal;
  backupSeconds?: number | null;
  /** What tenants' connections may reach; nothing but the clouds unless told. */
  connectionPolicy?: ConnectionPolicy;
};

/** A keeper with its platform key and keyring open, before any of its loops runs. */
export const createKeeper = async ({
  platformKey: key,
  connectionPolicy = CLOSED_POLICY,
  ...parts
}: KeeperOptions): Promise<Keeper> => {
  usePrimitives(await findPrimitives());
  const id = newId();
  const deploymentId = await withOperator(parts.db, findDeploymentId);
  const req = `start_${id}`;
  const opened = await loadPlatform({ id, deploymentId, db: parts.db, key, req });
  const roots = rootsOf(key, { id, platform: opened.platform, req, ...parts });
  if (roots.dual) await roots.move();
  const keeper: Keeper = {
    id,
    deploymentId,
    ...parts,
    ...opened,
    roots,
    kms: (cmkId) => countKmsCalls(cmkOf(key, opened.platform, cmkId)),
    keks: createKekCache(() => keeper),
    connections: createConnectionBook(connectionPolicy),
    backupSeconds: parts.backupSeconds ?? null,
    foreground: createForeground(),
    requestRates: createRequestRates(),
  };
  return keeper;
};

/** The adapter of a CMK: the local provider has many, another provider's settings name the platform's alone. */
const cmkOf = (key: PlatformKey, platform: PlatformCmk, cmkId: string): KmsAdapter => {
  if (key.local === null && cmkId !== platform.id)
    throw new DomainError("KMS_KEY_NOT_FOUND", "The settings name no provider for this CMK.");
  return key.cmk(cmkId);
};

const NO_ROOTS: KeeperRoots = {
  dual: false,
  ids: [],
  count: async () => ({ current: 0, previous: 0, unknown: 0, damaged: 0 }),
  move: async () => "done",
};

const rootsOf = ({ local }: PlatformKey, move: Omit<RootMove, "kms" | "roots">): KeeperRoots => {
  if (local === null) return NO_ROOTS;
  const { root, previousRoots } = local.roots;
  return {
    dual: previousRoots.length > 0,
    ids: [root, ...previousRoots].map(rootName),
    count: local.kms.countByRoot,
    move: () => moveRoot({ ...move, ...local }),
  };
};
