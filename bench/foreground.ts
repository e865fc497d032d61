import { setTimeout as sleep } from "node:timers/promises";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCluster } from "#cli/embedded/cluster.ts";
import { freePort } from "#cli/embedded/free-port.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { load } from "#keeper/testing/data-plane.ts";
import { startKeeper } from "#keeper/testing/keeper-process.ts";
import { createLedger } from "#keeper/testing/ledger.ts";
import { beginRound, prepareTenant, TENANT } from "#keeper/testing/rewrap-rounds.ts";
import { cliContext, createTestKeeper } from "#keeper/testing/test-keeper.ts";
import { hasEnded } from "#lib/domain/job.ts";
import type { KeyId, TenantId } from "#lib/domain/ids.ts";
import { getJob } from "#lib/services/rewrap/get-job.ts";
import { fillDeks } from "./fill-deks.ts";
import type { Sample } from "./steady-client.ts";
import { startClient } from "./steady-client.ts";

export type ForegroundBench = {
  /** Milliseconds, of requests over HTTP. */
  p99_read_before: number;
  p99_read_during: number;
  p99_write_before: number;
  p99_write_during: number;
  /** The p99 of the slower half of the time before ÷ that of the faster one: what the machine does by itself. */
  idle_spread: number;
  reads_during: number;
  writes_during: number;
  /** DEKs that the rewrap moved meanwhile, per second. */
  deks_per_second: number;
};

type Options = { rows: number; seconds: number; say: (line: string) => void };

const RECORDS = 2_000;
const RATES = { readsPerSecond: 60, writesPerSecond: 30, records: RECORDS };
const WARM_UP_MS = 5_000;
/** Of the samples that a phase should have brought, this many at the least. */
const SAMPLES_LEAST = 0.5;

const p99 = (samples: readonly Sample[], kind: Sample["kind"]): number => {
  const sorted = samples.filter((sample) => sample.kind === kind).map(({ ms }) => ms);
  sorted.sort((a, b) => a - b);
  return Number((sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0).toFixed(2));
};

const spread = (halves: readonly (readonly Sample[])[]): number =>
  Math.max(
    ...(["read", "write"] as const).map((kind) => {
      const values = halves.map((half) => p99(half, kind));
      return Math.max(...values) / Math.min(...values);
    }),
  );

/** Keeps a rewrap at work for a while, one after the other; returns how many DEKs were moved per second. */
const rewrapFor = async (t: TestDatabase, ms: number): Promise<number> => {
  const ctx = cliContext(t);
  const began = performance.now();
  let moved = 0;
  while (performance.now() - began < ms) {
    const id = await beginRound(ctx);
    for (;;) {
      await sleep(100);
      const job = await getJob(ctx, { job: id });
      const over = performance.now() - began >= ms;
      if (!over && !hasEnded(job.status)) continue;
      moved += job.moved;
      break;
    }
  }
  return Math.round((moved / (performance.now() - began)) * 1000);
};

/** Measures what requests take before a rewrap and beside one, against a real keeper process. */
export const benchForeground = async ({ rows, seconds, say }: Options): Promise<ForegroundBench> => {
  await using stack = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), "keyfold-bench-"));
  // The database's user must be able to enter.
  chmodSync(dataDir, 0o755);
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const cluster = await startCluster({ dataDir });
  stack.defer(() => cluster.stop());
  const t = await createTestDatabase(cluster.superuserUrl);
  stack.defer(() => t.drop());
  const env = {
    KEYFOLD_DATA_DIR: dataDir,
    KEEPER_DATABASE_URL: t.urls.keeper,
    SEQUENCER_DATABASE_URL: t.urls.sequencer,
  };
  const keeper = await startKeeper(env, await freePort());
  stack.defer(() => keeper.stop());
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void stack.disposeAsync().finally(() => process.exit(130)));
  }

  const plane = { url: keeper.url, token: await prepareTenant(cliContext(t)), tenant: TENANT };
  say(`loading ${RECORDS} records and ${rows} DEKs`);
  await load(plane, createLedger(), RECORDS);
  const [key] = await t.superuser<{ tenantId: TenantId; keyId: KeyId }[]>`
    SELECT tenant_id AS "tenantId", id AS "keyId" FROM key`;
  if (!key) throw new Error("There is no key.");
  // A second keeper over the same keys, which runs nothing: it wraps the DEKs that are to be moved.
  const beside = await createTestKeeper(t, { dataDir });
  await fillDeks(beside.keeper, { t, ...key, rows });
  await t.superuser`VACUUM (ANALYZE)`;
  await t.superuser`CHECKPOINT`;

  const client = startClient(plane, RATES);
  stack.defer(() => client.stop());
  await sleep(WARM_UP_MS);
  const phase = async (run: () => Promise<unknown>): Promise<Sample[]> => {
    const from = performance.now();
    await run();
    const to = performance.now();
    return client.samples.filter(({ at }) => at >= from && at < to);
  };
  const half = (seconds * 1000) / 2;
  const halves = [await phase(() => sleep(half)), await phase(() => sleep(half))];
  say(`before: ${halves.map((samples) => `${samples.length} requests`).join(", ")}`);
  let rate = 0;
  const during = await phase(async () => {
    rate = await rewrapFor(t, seconds * 1000);
  });
  say(`during: ${during.length} requests, ${rate} DEKs/s`);

  const before = halves.flat();
  const wanted = (RATES.readsPerSecond + RATES.writesPerSecond) * seconds * SAMPLES_LEAST;
  if (rate === 0) throw new Error("No rewrap was at work.");
  if (before.length < wanted || during.length < wanted)
    throw new Error(`Too few requests were answered: ${before.length} before, ${during.length} during.`);
  if (client.failed() > 0) throw new Error(`${client.failed()} requests failed.`);
  return {
    p99_read_before: p99(before, "read"),
    p99_read_during: p99(during, "read"),
    p99_write_before: p99(before, "write"),
    p99_write_during: p99(during, "write"),
    idle_spread: Number(spread(halves).toFixed(2)),
    reads_during: during.filter(({ kind }) => kind === "read").length,
    writes_during: during.filter(({ kind }) => kind === "write").length,
    deks_per_second: rate,
  };
};
