import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startCluster } from "#cli/embedded/cluster.ts";
import { freePort } from "#cli/embedded/free-port.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { cliContext } from "#keeper/testing/test-keeper.ts";
import type { JobMode } from "#lib/domain/job.ts";
import { hasEnded } from "#lib/domain/job.ts";
import { listKeys } from "#lib/services/keys/list-keys.ts";
import { getJob } from "#lib/services/rewrap/get-job.ts";
import { load, readBack, writeBeside } from "#keeper/testing/data-plane.ts";
import { startKeeper } from "#keeper/testing/keeper-process.ts";
import { createLedger } from "#keeper/testing/ledger.ts";
import { beginRound, prepareTenant, TENANT, untilEnded, untilMoving } from "#keeper/testing/rewrap-rounds.ts";

/** A killed keeper's job goes on within this time, by the next one. */
const RESUME_MS = 30_000;
/** Slow enough that a round is killed several times before it ends. */
const ROUND_SECONDS = 20;
const KILL_WITHIN_MS = 1_500;
const END_MS = 10 * 60_000;

export type KillRewrap = {
  kind: JobMode;
  kills: number;
  killed_while_running: number;
  records: number;
  lost: number;
  undecryptable: number;
  completed: boolean;
};

type Options = { kind: JobMode; kills: number; records: number; say: (line: string) => void };

/** Kills keepers at random instants of rewraps or re-encrypts under traffic, then lets the last one end and reads every record back. */
export const killRewrap = async ({
  kind,
  kills,
  records,
  say,
}: Options): Promise<{ result: KillRewrap; problems: string[] }> => {
  await using stack = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), "keyfold-faults-"));
  // The database's user must be able to enter.
  chmodSync(dataDir, 0o755);
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const cluster = await startCluster({ dataDir });
  stack.defer(() => cluster.stop());
  const t = await createTestDatabase(cluster.superuserUrl);
  stack.defer(() => t.drop());
  const ctx = cliContext(t);
  const env = {
    KEYFOLD_DATA_DIR: dataDir,
    KEEPER_DATABASE_URL: t.urls.keeper,
    SEQUENCER_DATABASE_URL: t.urls.sequencer,
  };
  const port = await freePort();
  let keeper = await startKeeper(env, port);
  stack.defer(() => keeper.kill());
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void stack.disposeAsync().finally(() => process.exit(130)));
  }

  const plane = { url: keeper.url, token: await prepareTenant(ctx), tenant: TENANT };
  const ledger = createLedger();
  await load(plane, ledger, records);
  say(`${records} records are written`);
  const writer = writeBeside(plane, ledger, records);
  stack.defer(async () => void (await writer.stop()));
  const maxRate = Math.max(1, Math.ceil(records / ROUND_SECONDS));

  let killedWhileRunning = 0;
  let slowestResume = 0;
  let job = await beginRound(ctx, { maxRate, mode: kind });
  for (let kill = 1; kill <= kills; kill += 1) {
    const since = Date.now();
    if (hasEnded((await untilMoving(ctx, job, RESUME_MS)).status)) {
      job = await beginRound(ctx, { maxRate, mode: kind });
      await untilMoving(ctx, job, RESUME_MS);
    } else {
      slowestResume = Math.max(slowestResume, Date.now() - since);
    }
    await sleep(Math.random() * KILL_WITHIN_MS);
    const { status, processed, total } = await getJob(ctx, { job });
    await keeper.kill();
    if (status === "running") killedWhileRunning += 1;
    say(`kill ${kill}: the ${kind} was ${status} at ${processed} of ${total}`);
    keeper = await startKeeper(env, port);
  }

  const last = await untilEnded(ctx, job, END_MS);
  const written = await writer.stop();
  const { keys } = await listKeys(ctx, { tenant: TENANT });
  const behind = keys.flatMap((key) => key.versions).filter(({ current, deks }) => !current && deks > 0);
  const completed = last.status === "completed" && last.processed === last.total && behind.length === 0;
  say(
    `the last ${kind} is ${last.status}; slowest resume ${slowestResume} ms; ${written} writes beside; reading back`,
  );
  const { lost, undecryptable } = await readBack(plane, ledger);
  await keeper.stop();

  const result = {
    kind,
    kills,
    killed_while_running: killedWhileRunning,
    records,
    lost,
    undecryptable,
    completed,
  };
  const problems = [
    ...(lost > 0 ? [`${lost} records are lost or hold another value`] : []),
    ...(undecryptable > 0 ? [`${undecryptable} records do not open`] : []),
    ...(completed
      ? []
      : [`the last ${kind} is ${last.status} and ${behind.length} older versions still protect DEKs`]),
    ...(killedWhileRunning === 0 ? [`no kill met a running ${kind}`] : []),
    ...(written === 0 ? ["nothing was written meanwhile"] : []),
  ];
  return { result, problems };
};
