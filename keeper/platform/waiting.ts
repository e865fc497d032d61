import { findPlatformCmk } from "#db/queries/platform.ts";
import { measureQueue } from "#db/queries/sequencer-queue.ts";
import { withOperator } from "#db/tenant-tx.ts";
import type { DomainError } from "#lib/domain/errors.ts";
import type { CryptoHealth } from "#lib/domain/health.ts";
import { PROVIDER_NAMES } from "#lib/kms/settings/provider-name.ts";
import type { KeeperOptions } from "../create-keeper.ts";
import { startBeating } from "../heartbeat/start.ts";
import { portInUse, serverDefaults } from "../server/start.ts";
import { createWaitingApp } from "../server/waiting-app.ts";

type Waiting = {
  /** Tells of another failure than the one before. */
  say(failure: DomainError): void;
  close(): Promise<void>;
};

/**
 * Stands in a keeper's place while its platform key does not answer: it lives, is not ready, and its heartbeat and
 * `/health/crypto` say what is wrong. It opens nothing and changes nothing.
 */
export const startWaiting = async (
  options: KeeperOptions & { id: string; failure: DomainError },
): Promise<Waiting> => {
  const { db, sequencerDb, platformKey, log, backupSeconds = null } = options;
  const say = (err: DomainError): void =>
    log.error({ err }, `${err.message} The keeper waits for its platform key.`);
  const health = async (): Promise<CryptoHealth> => ({
    status: "unhealthy",
    provider: PROVIDER_NAMES[platformKey.provider],
    // None was ever loaded when there is no row.
    key_version: (await withOperator(db, findPlatformCmk))?.number ?? 0,
    dual_key_mode: (platformKey.local?.roots.previousRoots.length ?? 0) > 0,
    checks: { key_valid: false, round_trip: false },
  });
  const app = createWaitingApp(health);
  const { host, port } = serverDefaults();
  await app.listen({ host, port }).catch((error: unknown) => {
    throw portInUse(error, port);
  });
  const beating = startBeating(options, async () => {
    const { unsequenced, oldestSeconds } = await withOperator(sequencerDb, measureQueue);
    return {
      crypto: await health(),
      backupSeconds,
      sequencer: {
        status: "standby",
        unsequenced,
        oldestUnsequencedSeconds: oldestSeconds,
        lastCheckpoint: null,
      },
    };
  });
  say(options.failure);
  return {
    say,
    close: async () => {
      await app.close();
      await beating.close();
    },
  };
};
