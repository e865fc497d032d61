import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { type Cluster, startCluster } from "#cli/embedded/cluster.ts";
import { freePort } from "#cli/embedded/free-port.ts";
import { createTestDatabase, type TestDatabase } from "#db/testing/test-database.ts";
import { cliContext } from "#keeper/testing/test-keeper.ts";
import { verifyLog } from "#lib/services/audit/verify-log.ts";
import { changeBeside } from "./changes.ts";
import { countUnlogged } from "./count-unlogged.ts";
import { type Check, load, readBack, writeBeside } from "#keeper/testing/data-plane.ts";
import { startKeeper } from "#keeper/testing/keeper-process.ts";
import { createLedger } from "#keeper/testing/ledger.ts";
import { prepareTenant, TENANT } from "#keeper/testing/rewrap-rounds.ts";

export type DatabaseFault = Check & {
  fault: string;
  rounds: number;
  /** Writes that were confirmed, and changes that were made, beside the faults. */
  written: number;
  changed: number;
  refused: number;
  /** The longest time from a fault's end to the next confirmed write. */
  recovery_ms: number;
  unlogged: number;
  log_ok: boolean;
};

export type Scene = { dataDir: string; t: TestDatabase; cluster(): Cluster; restart(): Promise<void> };
export type Strike = { fault: string; settings?: string[]; strike: (scene: Scene) => Promise<void> };
export type FaultOptions = { rounds: number; records: number; say: (line: string) => void };

const RECOVERY_MS_MAX = 30_000;
const QUIET_MS = 1_000;
const UNPLACED_MS_MAX = 60_000;
/** Away, and not done: nothing else may be answered while the database has a fault. */
const CLOSED = new Set([200, 201, 503]);

const until = async (what: string, withinMs: number, holds: () => Promise<boolean>): Promise<number> => {
  const started = Date.now();
  while (!(await holds().catch(() => false))) {
    if (Date.now() - started > withinMs) throw new Error(`${what}: not within ${withinMs / 1000} s.`);
    await sleep(50);
  }
  return Date.now() - started;
};

/** Strikes a database again and again under load, with one keeper that nobody restarts, and looks at what is left. */
export const runDatabaseFault = async (
  dataDir: string,
  { fault, settings, strike }: Strike,
  { rounds, records, say }: FaultOptions,
): Promise<{ result: DatabaseFault; problems: string[] }> => {
  await using stack = new AsyncDisposableStack();
  let cluster = await startCluster({ dataDir, settings });
  stack.defer(() => cluster.stop());
  const t = await createTestDatabase(cluster.superuserUrl);
  const restart = async () => {
    await cluster.stop();
    cluster = await startCluster({ dataDir, settings, port: cluster.port });
  };
  const ctx = cliContext(t);
  const env = {
    KEYFOLD_DATA_DIR: dataDir,
    KEEPER_DATABASE_URL: t.urls.keeper,
    SEQUENCER_DATABASE_URL: t.urls.sequencer,
    KEYFOLD_LOG_LEVEL: "fatal",
  };
  const keeper = await startKeeper(env, await freePort());
  stack.defer(() => keeper.kill());
  const plane = { url: keeper.url, token: await prepareTenant(ctx), tenant: TENANT };
  const ledger = createLedger();
  await load(plane, ledger, records);
  const writer = writeBeside(plane, ledger, records);
  const changes = changeBeside(ctx);
  stack.defer(async () => void (await Promise.all([writer.stop(), changes.stop()])));
  const ready = async () => (await fetch(`${keeper.url}/readyz`)).ok;

  let recoveryMs = 0;
  for (let round = 1; round <= rounds; round += 1) {
    await sleep(QUIET_MS);
    await strike({ dataDir, t, cluster: () => cluster, restart });
    const made = changes.made.length;
    const ms = await until(
      "the keeper and the services work again",
      RECOVERY_MS_MAX,
      async () => (await ready()) && changes.made.length > made,
    );
    recoveryMs = Math.max(recoveryMs, ms);
    say(`${fault} ${round}: works again after ${ms} ms`);
  }
  await changes.stop();
  const written = await writer.stop();
  const check = await readBack(plane, ledger);
  await until("every operation is done and every event has its place", UNPLACED_MS_MAX, async () => {
    const [open] = await t.superuser<{ n: number }[]>`
      SELECT (SELECT count(*)::int FROM operation WHERE state IN ('pending', 'running'))
           + (SELECT count(*)::int FROM audit_queue) AS n`;
    return open?.n === 0;
  });
  const lives = keeper.lives();
  await keeper.stop();
  const unlogged = await countUnlogged(t.superuser);
  const verdict = await verifyLog(ctx, { anchorsDir: join(dataDir, "anchors") });
  await t.drop();

  const refused = [...changes.refused.values()].reduce((sum, n) => sum + n, 0);
  const result: DatabaseFault = {
    fault,
    rounds,
    written,
    changed: changes.made.length,
    refused,
    recovery_ms: recoveryMs,
    ...check,
    unlogged: Object.values(unlogged).reduce((sum, n) => sum + n, 0),
    log_ok: verdict.ok,
  };
  const open = [...writer.statuses].filter((status) => !CLOSED.has(status));
  const others = [...changes.refused.keys()].filter((code) => code !== "UNAVAILABLE");
  const problems = [
    ...(lives ? [] : ["the keeper ended"]),
    ...(open.length > 0 ? [`writes were answered with ${open.join(", ")}`] : []),
    ...(others.length > 0 ? [`changes were refused with ${others.join(", ")}`] : []),
    ...(check.lost > 0 ? [`${check.lost} records are lost or hold another value`] : []),
    ...(check.undecryptable > 0 ? [`${check.undecryptable} records do not open`] : []),
    ...(result.unlogged > 0
      ? [`changes without event or events without change: ${JSON.stringify(unlogged)}`]
      : []),
    ...(verdict.ok ? [] : [`the log does not verify: ${JSON.stringify(verdict.first_bad)}`]),
    ...(refused === 0 ? ["no change met the fault"] : []),
  ];
  return { result, problems };
};
