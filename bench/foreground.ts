import { setTimeout as sleep } from "node:timers/promises";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { load } from "#keeper/testing/data-plane.ts";
import { createLedger } from "#keeper/testing/ledger.ts";
import { beginRound } from "#keeper/testing/rewrap-rounds.ts";
import { cliContext, createTestKeeper } from "#keeper/testing/test-keeper.ts";
import { hasEnded } from "#lib/domain/job.ts";
import type { KeyId, TenantId } from "#lib/domain/ids.ts";
import { getJob } from "#lib/services/rewrap/get-job.ts";
import { cpuBetween, cpuByProcess } from "./cpu-by-process.ts";
import { fillDeks } from "./fill-deks.ts";
import { percentile } from "./percentile.ts";
import type { Sample } from "./steady-client.ts";
import { startClient } from "./steady-client.ts";
import type { KeeperScene } from "./with-keeper.ts";
import { withKeeper } from "./with-keeper.ts";

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
type Phases = { halves: Sample[][]; during: Sample[]; deksPerSecond: number };

const RECORDS = 2_000;
const RATES = { readsPerSecond: 60, writesPerSecond: 30, records: RECORDS };
const WARM_UP_MS = 10_000;
/** How often we look how far the rewrap is: seldom, because nobody looks before it. */
const LOOK_MS = 500;
/** Of the samples that a phase should have brought, this many at the least. */
const SAMPLES_LEAST = 0.5;

const of = (samples: readonly Sample[], kind: Sample["kind"]): number[] =>
  samples.filter((sample) => sample.kind === kind).map(({ ms }) => ms);

const p99 = (samples: readonly Sample[], kind: Sample["kind"]): number =>
  Number(percentile(of(samples, kind), 0.99).toFixed(2));

const spread = (halves: readonly (readonly Sample[])[]): number =>
  Math.max(
    ...(["read", "write"] as const).map((kind) => {
      const values = halves.map((half) => p99(half, kind));
      return Math.max(...values) / Math.min(...values);
    }),
  );

/** Keeps rewraps at work for a while, one after the other; returns how many DEKs were moved per second. */
const rewrapFor = async (t: TestDatabase, ms: number): Promise<number> => {
  const ctx = cliContext(t);
  const began = performance.now();
  let moved = 0;
  while (performance.now() - began < ms) {
    const id = await beginRound(ctx);
    for (;;) {
      await sleep(LOOK_MS);
      const job = await getJob(ctx, { job: id });
      const over = performance.now() - began >= ms;
      if (!over && !hasEnded(job.status)) continue;
      moved += job.moved;
      break;
    }
  }
  return Math.round((moved / (performance.now() - began)) * 1000);
};

const fill = async ({ t, dataDir, plane }: KeeperScene, rows: number): Promise<void> => {
  await load(plane, createLedger(), RECORDS);
  const [key] = await t.superuser<{ tenantId: TenantId; keyId: KeyId }[]>`
    SELECT tenant_id AS "tenantId", id AS "keyId" FROM key`;
  if (!key) throw new Error("There is no key.");
  // A second keeper over the same keys, which runs nothing: it wraps the DEKs that are to be moved.
  const beside = await createTestKeeper(t, { dataDir });
  await fillDeks(beside.keeper, { t, ...key, rows });
  await t.superuser`VACUUM (ANALYZE)`;
  await t.superuser`CHECKPOINT`;
};

/** Both phases under the same requests, without a pause between them. */
const measure = async ({ t, plane }: KeeperScene, { seconds, say }: Options): Promise<Phases> => {
  const client = startClient(plane, RATES);
  try {
    await sleep(WARM_UP_MS);
    const phase = async (name: string, run: () => Promise<unknown>): Promise<Sample[]> => {
      const [from, cpu] = [performance.now(), cpuByProcess()];
      await run();
      const to = performance.now();
      const samples = client.samples.filter(({ at }) => at >= from && at < to);
      const p50 = (kind: Sample["kind"]) => percentile(of(samples, kind), 0.5).toFixed(1);
      say(
        `${name}: ${samples.length} requests, median read ${p50("read")} ms, write ${p50("write")} ms; of one core: ${cpuBetween(cpu, cpuByProcess(), (to - from) / 1000)}`,
      );
      return samples;
    };
    const half = (seconds * 1000) / 2;
    const halves = [await phase("before", () => sleep(half)), await phase("before", () => sleep(half))];
    let deksPerSecond = 0;
    const during = await phase("during", async () => {
      deksPerSecond = await rewrapFor(t, seconds * 1000);
    });
    say(`${deksPerSecond} DEKs/s`);
    if (client.failed() > 0) throw new Error(`${client.failed()} requests failed.`);
    return { halves, during, deksPerSecond };
  } finally {
    await client.stop();
  }
};

/** Measures what requests take before a rewrap and beside one, against a real keeper process. */
export const benchForeground = (options: Options): Promise<ForegroundBench> =>
  withKeeper(["records:read", "records:write"], async (scene) => {
    const { rows, seconds, say } = options;
    say(`loading ${RECORDS} records and ${rows} DEKs`);
    await fill(scene, rows);
    const { halves, during, deksPerSecond } = await measure(scene, options);
    const before = halves.flat();
    const wanted = (RATES.readsPerSecond + RATES.writesPerSecond) * seconds * SAMPLES_LEAST;
    if (deksPerSecond === 0) throw new Error("No rewrap was at work.");
    if (before.length < wanted || during.length < wanted)
      throw new Error(`Too few requests were answered: ${before.length} before, ${during.length} during.`);
    return {
      p99_read_before: p99(before, "read"),
      p99_read_during: p99(during, "read"),
      p99_write_before: p99(before, "write"),
      p99_write_during: p99(during, "write"),
      idle_spread: Number(spread(halves).toFixed(2)),
      reads_during: of(during, "read").length,
      writes_during: of(during, "write").length,
      deks_per_second: deksPerSecond,
    };
  });
