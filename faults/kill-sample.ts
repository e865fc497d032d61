import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { removeSample } from "#cli/sample/remove.ts";
import type { Instance } from "#cli/shell/instance.ts";
import type { SampleView } from "#lib/domain/sample.ts";
import { verifyLog } from "#lib/services/audit/verify-log.ts";
import { listKeys } from "#lib/services/keys/list-keys.ts";
import { getSample } from "#lib/services/sample/get-sample.ts";
import { listTenants } from "#lib/services/tenants/list-tenants.ts";
import { type WholeInstance, wholeInstance } from "./whole-instance.ts";

const LOAD_MS = 10 * 60_000;
const KILL_WITHIN_MS = 3_000;
const POLL_MS = 100;

export type KillSample = {
  kills: number;
  killed_while_loading: number;
  records: number;
  /** What each tenant has when the last start has loaded the sample to its end. */
  loaded: number[];
  /** Sample tenants that are left when one that was killed half-way is removed instead. */
  left: number;
  log_ok: boolean;
};

const sampleOf = ({ ctx }: Instance): Promise<SampleView | null> =>
  getSample(ctx, {}).then(({ sample }) => sample);

const until = async (
  instance: Instance,
  holds: (sample: SampleView | null) => boolean,
): Promise<SampleView | null> => {
  for (const end = Date.now() + LOAD_MS; Date.now() < end; await sleep(POLL_MS)) {
    const sample = await sampleOf(instance);
    if (holds(sample)) return sample;
  }
  throw new Error("The sample did not go on in time.");
};

/** Lets the loader get on, and kills all of Keyfold at some instant behind that. Says whether it was loading then. */
const killMidway = async (whole: WholeInstance, say: (line: string) => void): Promise<boolean> => {
  const sample = await whole.ask(async (instance) => {
    const before = (await sampleOf(instance))?.written ?? 0;
    await until(instance, (now) => now?.state === "loaded" || (now?.written ?? 0) > before);
    await sleep(Math.random() * KILL_WITHIN_MS);
    return sampleOf(instance);
  });
  await whole.kill();
  say(`killed while the sample was ${sample?.state} at ${sample?.written} of ${sample?.total}`);
  return sample?.state === "loading";
};

const countDeks = async ({ ctx }: Instance): Promise<number[]> => {
  const counts: number[] = [];
  for (const { slug } of await listTenants(ctx, {})) {
    const { keys } = await listKeys(ctx, { tenant: slug });
    counts.push(keys.flatMap(({ versions }) => versions).reduce((sum, { deks }) => sum + deks, 0));
  }
  return counts;
};

/**
 * Kills all processes of `npm start` while it loads the sample, starts it again, and so on; the last start loads it to its
 * end. Then the same once more, and what is half loaded is removed.
 */
export const killSample = async ({
  kills,
  records,
  say,
}: {
  kills: number;
  records: number;
  say: (line: string) => void;
}): Promise<{ result: KillSample; problems: string[] }> => {
  await using stack = new AsyncDisposableStack();
  const whole = await wholeInstance({ KEYFOLD_SAMPLE_RECORDS: String(records) });
  stack.defer(() => whole.remove());
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void stack.disposeAsync().finally(() => process.exit(130)));
  }

  let killedWhileLoading = 0;
  for (let kill = 1; kill <= kills; kill += 1) {
    await whole.start();
    if (await killMidway(whole, say)) killedWhileLoading += 1;
  }
  await whole.start();
  const loaded = await whole.ask(async (instance) => {
    await until(instance, (sample) => sample?.state === "loaded");
    const counts = await countDeks(instance);
    await removeSample(instance.ctx, new AbortController().signal);
    return counts;
  });
  say(`loaded to the end: ${loaded.join(", ")}; removed, and loaded once more`);
  await whole.kill();

  await whole.start("--sample");
  if (await killMidway(whole, say)) killedWhileLoading += 1;
  await whole.start("--empty");
  const { left, logOk } = await whole.ask(async (instance) => {
    await removeSample(instance.ctx, new AbortController().signal);
    const verdict = await verifyLog(instance.ctx, { anchorsDir: join(instance.dataDir, "anchors") });
    const there = (await sampleOf(instance)) === null ? 0 : 1;
    return { left: there + (await listTenants(instance.ctx, {})).length, logOk: verdict.ok };
  });

  const result = {
    kills: kills + 1,
    killed_while_loading: killedWhileLoading,
    records,
    loaded,
    left,
    log_ok: logOk,
  };
  const problems = [
    ...(loaded.length === 3 && loaded.every((count) => count === records)
      ? []
      : [`the tenants have ${loaded.join(", ")} records, not ${records} each`]),
    ...(left === 0 ? [] : ["what was removed half-way is still there"]),
    ...(logOk ? [] : ["the log does not verify"]),
    ...(killedWhileLoading === 0 ? ["no kill met the loader"] : []),
  ];
  return { result, problems };
};
