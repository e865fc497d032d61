import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { resolveDataDir } from "#cli/embedded/data-dir.ts";
import { lockDataDir } from "#cli/embedded/lock.ts";
import { databaseUser } from "#cli/embedded/run-as.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { checkNotRunning } from "./check-not-running.ts";
import { checkPorts } from "./check-ports.ts";
import { consoleEnv, keeperEnv } from "./child-env.ts";
import type { Credentials } from "./credentials.ts";
import { postgresUnit, prepareDatabase } from "./database.ts";
import { type FirstAdmin, forgetAdmin, pendingAdmin } from "./first-admin.ts";
import { removeInstance, writeInstance } from "./instance-file.ts";
import { nodeUnit } from "./node-unit.ts";
import type { Settings } from "./settings.ts";
import { type Life, type Supervised, supervise, type Unit } from "./supervise.ts";

const ROOT = dirname(dirname(import.meta.dirname));
const STANDALONE = join(ROOT, ".next", "standalone");

export type StartOptions = {
  env: NodeJS.ProcessEnv;
  say: (sentence: string) => void;
  /** Given when Keyfold is asked to end while it starts. */
  signal: AbortSignal;
};

export type RunningInstance = {
  /** Where its data really is. */
  dataDir: string;
  /** The first admin, when this start made it and its owner is still to be told. */
  admin: FirstAdmin | undefined;
  /** Forgets the first admin's password: its owner has been told. */
  adminTold(): void;
  /** Resolves with a sentence when one of the processes could not be kept alive. */
  gaveUp: Promise<string>;
  /** Stops console, keeper and database, in this order. */
  stop(): Promise<void>;
};

type Keep = (unit: Unit, life: Life) => Supervised;

/** What was started, in order: it is stopped in the reverse order. */
type Started = { stack: AsyncDisposableStack; keep: Keep };

const startDatabase = async (
  dataDir: string,
  { databaseUrl }: Settings,
  { say }: StartOptions,
  { keep }: Started,
): Promise<{ adminUrl: string; port: number | null }> => {
  if (databaseUrl !== undefined) return { adminUrl: databaseUrl, port: null };
  const postgres = postgresUnit(dataDir, say);
  const { cluster, life } = await postgres.first();
  keep(postgres.unit, life);
  return { adminUrl: cluster.superuserUrl, port: cluster.port };
};

const startProcesses = async (
  dataDir: string,
  settings: Settings,
  { env, say, signal }: StartOptions,
  {
    credentials,
    admin,
    started,
  }: { credentials: Credentials; admin: FirstAdmin | undefined; started: Started },
): Promise<Supervised[]> => {
  const logs = join(dataDir, "logs");
  let adminToMake = admin;
  const keeper = nodeUnit("keeper", {
    logs,
    say,
    options: () => ({
      script: join(ROOT, "keeper", "main.ts"),
      cwd: ROOT,
      env: keeperEnv(env, settings, { credentials, dataDir, admin: adminToMake }),
      // One that waits for its platform key lives and is not ready; the console says so meanwhile.
      readyUrl: `http://127.0.0.1:${settings.keeperPort}/healthz`,
      // Requests may take 5 s to end; then windows are flushed and the last checkpoint is signed.
      killAfterMs: 12_000,
    }),
  });
  const web = nodeUnit("console", {
    logs,
    say,
    options: () => ({
      script: join(STANDALONE, "server.js"),
      preload: new URL("./console-guard.ts", import.meta.url),
      cwd: STANDALONE,
      env: consoleEnv(env, settings, credentials),
      readyUrl: `http://127.0.0.1:${settings.port}/sign-in`,
      // An open event stream may keep a server from ending.
      killAfterMs: 3_000,
    }),
  });
  // Until a process was ready once, its death ends the start; only then is it kept alive.
  const lives = [keeper, web].map((child) => {
    const life = child.begin();
    started.stack.defer(life.stop);
    return { child, life };
  });
  await Promise.all(lives.map(({ child, life }) => child.untilReady(life, signal)));
  adminToMake = undefined;
  return lives.map(({ child, life }) => started.keep(child.unit, life));
};

const start = async (
  settings: Settings,
  options: StartOptions,
  stack: AsyncDisposableStack,
): Promise<RunningInstance> => {
  const { say, signal } = options;
  if (!existsSync(join(STANDALONE, "server.js"))) {
    throw new DomainError("INVALID_STATE", "The console is not built yet: run npm start.");
  }
  checkNotRunning(settings.dataDir);
  await checkPorts(settings);
  const { path: dataDir, notice } = resolveDataDir(settings.dataDir, databaseUser());
  if (notice !== undefined) say(notice);
  stack.defer(lockDataDir(dataDir));

  const { promise: gaveUp, resolve: onGiveUp } = Promise.withResolvers<string>();
  let tell = () => {};
  const keep: Keep = (unit, life) => {
    const kept = supervise(unit, life, { say, onGiveUp, onRestarted: () => tell() });
    stack.defer(kept.stop);
    return kept;
  };
  const started: Started = { stack, keep };

  const { adminUrl, port: databasePort } = await startDatabase(dataDir, settings, options, started);
  signal.throwIfAborted();
  const { credentials, nobodyYet } = await prepareDatabase(dataDir, adminUrl);
  signal.throwIfAborted();
  const admin = pendingAdmin(dataDir, settings, nobodyYet);
  const kept = await startProcesses(dataDir, settings, options, { credentials, admin, started });

  const pidOf = (name: string) => kept.find((one) => one.name === name)?.pid() ?? null;
  const { port, keeperPort } = settings;
  tell = () =>
    writeInstance(dataDir, {
      url: `http://localhost:${port}`,
      keeperUrl: `http://127.0.0.1:${keeperPort}`,
      port,
      keeperPort,
      databasePort,
      pids: { console: pidOf("console"), keeper: pidOf("keeper") },
    });
  tell();
  stack.defer(() => removeInstance(dataDir));
  return { dataDir, admin, adminTold: () => forgetAdmin(dataDir), gaveUp, stop: () => stack.disposeAsync() };
};

/**
 * Starts database, keeper and console and keeps them alive. When any of them cannot be started, what was started is
 * stopped again and one sentence says why.
 */
export const startInstance = async (settings: Settings, options: StartOptions): Promise<RunningInstance> => {
  const stack = new AsyncDisposableStack();
  try {
    return await start(settings, options, stack);
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
};
