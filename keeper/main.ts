import { connect, type Database } from "#db/client.ts";
import { KEYFOLD_BACKUP_RETENTION, parseBackupRetention } from "#lib/domain/backup-retention.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { readPlatformSettings } from "#lib/kms/settings/read-settings.ts";
import { readConnectionPolicy } from "./connections/policy.ts";
import { startHeartbeat } from "./heartbeat/start.ts";
import { createLog } from "./log.ts";
import { startOperations } from "./operations/start.ts";
import { startProbes } from "./connections/start-probes.ts";
import { createFirstOwner } from "./people/create-first-owner.ts";
import { startRootMove } from "./platform/move-root.ts";
import { openPlatformKey } from "./platform/open-platform-key.ts";
import { openKeeper } from "./platform/open-keeper.ts";
import { startRewraps } from "./rewrap/start.ts";
import { startSequencer } from "./sequencer/start.ts";
import { startServer } from "./server/start.ts";

const env = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new DomainError("INVALID_INPUT", `The keeper needs ${name}.`);
  return value;
};

const log = createLog("keeper");
const stopping = new AbortController();

/** Listening needs a session of its own. Without prepared statements there is a pooler, which has none to give. */
const hintsDatabase = (): Database | null | undefined => {
  const direct = process.env.KEEPER_DIRECT_DATABASE_URL;
  if (direct) return connect(direct, { max: 1 });
  return process.env.KEYFOLD_PREPARED_STATEMENTS === "off" ? null : undefined;
};

const start = async (): Promise<void> => {
  const dataDir = env("KEYFOLD_DATA_DIR");
  const backupSeconds = parseBackupRetention(process.env[KEYFOLD_BACKUP_RETENTION]);
  const db = connect(env("KEEPER_DATABASE_URL"), { max: 20 });
  const sequencerDb = connect(env("SEQUENCER_DATABASE_URL"), { max: 3 });
  const hintsDb = hintsDatabase();
  const settings = await readPlatformSettings(process.env);
  const keeper = await openKeeper(
    {
      db,
      sequencerDb,
      hintsDb,
      dataDir,
      platformKey: await openPlatformKey(settings, process.env, dataDir),
      log,
      stop: stopping.signal,
      backupSeconds,
      connectionPolicy: readConnectionPolicy(process.env),
    },
    settings,
  );
  if (keeper === null) process.exit(0);
  const { KEYFOLD_ADMIN_EMAIL: email, KEYFOLD_ADMIN_PASSWORD: password } = process.env;
  if (email && password) await createFirstOwner(keeper, { email, password }, `start_${keeper.id}`);
  // Later children and crash reports see none of it.
  for (const name of [
    "ENCRYPTION_KEY",
    "ENCRYPTION_KEY_PREVIOUS",
    "VAULT_TOKEN",
    "VAULT_SECRET_ID",
    "AZURE_CLIENT_SECRET",
    "KEYFOLD_ADMIN_PASSWORD",
    "KEEPER_DATABASE_URL",
    "SEQUENCER_DATABASE_URL",
    "KEEPER_DIRECT_DATABASE_URL",
  ]) {
    delete process.env[name];
  }

  const parts = [
    await startSequencer(keeper),
    startOperations(keeper),
    await startRewraps(keeper),
    startProbes(keeper),
    startHeartbeat(keeper),
    startRootMove(keeper),
    await startServer(keeper),
  ];
  log.info({ keeper: keeper.id, provider: keeper.platform.provider }, "the keeper is ready");

  const stop = async (): Promise<void> => {
    if (stopping.signal.aborted) return;
    // Requests first, then what records them: the sequencer closes last and publishes what the others wrote.
    for (const part of parts.toReversed()) await part.close();
    stopping.abort();
    keeper.connections.close();
    await Promise.all([db.close(), sequencerDb.close(), hintsDb?.close()]);
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop());
};

start().catch((error: unknown) => {
  const message =
    error instanceof DomainError ? `${error.code}: ${error.message}` : "The keeper could not start.";
  log.fatal({ err: error }, message);
  console.error(message);
  process.exit(1);
});
