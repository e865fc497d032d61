import { describe, expect, it } from "vitest";
import { createForeground } from "#keeper/foreground/foreground.ts";
import { createGovernor } from "#keeper/rewrap/governor.ts";
import { createThrottle } from "#keeper/rewrap/throttle.ts";

const BEFORE = { read: { p50: 2, p99: 5 }, write: { p50: 5, p99: 10 } };
const NOTHING = { read: null, write: null };

/** A clock, requests whose latency follows from the share that the job takes, and the share after a while of them. */
const play = (
  latency: (share: number, n: number) => number,
  before: Parameters<ReturnType<typeof createGovernor>["share"]>[0] = BEFORE,
) => {
  let now = 10_000;
  const foreground = createForeground(() => now);
  const governor = createGovernor(foreground, () => now);
  let n = 0;
  const run = (seconds: number): number => {
    let share = 1;
    for (const end = now + seconds * 1_000; now < end; now += 10) {
      share = governor.share(before);
      foreground.note("read", latency(share, (n += 1)));
    }
    return share;
  };
  return { governor, run, wait: (ms: number) => (now += ms) };
};

describe("the governor", () => {
  it("lets a job have everything while nobody asks for anything", () => {
    const { governor, wait } = play(() => 1);
    expect(governor.share(BEFORE)).toBe(1);
    wait(60_000);
    expect(governor.share(NOTHING)).toBe(1);
  });

  it("begins carefully where there are requests, and takes more as long as they do not suffer", () => {
    const { run } = play(() => 3);
    expect(run(0.5)).toBeLessThanOrEqual(0.1);
    expect(run(60)).toBe(1);
  });

  it("gives way when more than one request in a hundred takes nearly twice as long as before", () => {
    const { run } = play((share) => (share > 0.1 ? 20 : 3));
    run(30);
    const shares = Array.from({ length: 30 }, () => run(1));
    expect(Math.max(...shares)).toBeLessThan(0.15);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.004);
  });

  it("keeps p99 below the double, whatever of the requests a batch is in the way of, and still works", () => {
    for (const [overlap, delay] of [
      [0.3, 4],
      [1, 10],
      [2, 6],
    ] as const) {
      let seed = 7;
      const random = () => {
        seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
        return (seed + 0.5) / 2 ** 32;
      };
      const during: number[] = [];
      const { run } = play((share) => {
        // Of before: 5 ms at p99, with a tail beyond.
        const own = 2 + (random() < 0.02 ? 2 - 1.5 * Math.log(random()) : random());
        const late = random() < Math.min(1, overlap * share) ? -delay * Math.log(random()) : 0;
        during.push(own + late);
        return own + late;
      });
      const shares = Array.from({ length: 60 }, () => run(1));
      during.sort((a, b) => a - b);
      expect(during[Math.ceil(during.length * 0.99) - 1]).toBeLessThan(10);
      expect(Math.max(...shares)).toBeGreaterThan(0.01);
    }
  });

  it("does not mind the one in a hundred that was slow before, too", () => {
    const { run } = play((_, n) => (n % 400 === 0 ? 30 : 3));
    expect(run(120)).toBeGreaterThan(0.5);
  });

  it("lets the job go on at its least however slow everything is, and at full speed when they have gone", () => {
    const { governor, run, wait } = play(() => 1_000);
    expect(run(60)).toBe(0.004);
    wait(10_000);
    expect(governor.share(BEFORE)).toBe(1);
  });
});

describe("the throttle", () => {
  const signal = new AbortController().signal;
  const timed = async (work: () => Promise<void>): Promise<number> => {
    const began = performance.now();
    await work();
    return performance.now() - began;
  };

  it("rests in proportion to the work, for share and intensity", async () => {
    const throttle = createThrottle(() => 0.5);
    const work = { ms: 50, count: 100 };
    expect(await timed(() => throttle.rest(work, signal))).toBeGreaterThan(45);
    throttle.setIntensity(50);
    expect(await timed(() => throttle.rest(work, signal))).toBeGreaterThan(140);
  });

  it("ends a long rest early when the share has grown", async () => {
    let share = 0.01;
    const throttle = createThrottle(() => share);
    const resting = timed(() => throttle.rest({ ms: 100, count: 100 }, signal));
    share = 1;
    expect(await resting).toBeLessThan(1_500);
  });

  it("does not rest at all with everything for the job", async () => {
    const work = { ms: 500, count: 4_000 };
    expect(await timed(() => createThrottle(() => 1).rest(work, signal))).toBeLessThan(50);
  });

  it("shares what there is among the jobs, and makes no batch smaller for it", async () => {
    const throttle = createThrottle(
      () => 1,
      () => 2,
    );
    expect(await timed(() => throttle.rest({ ms: 60, count: 100 }, signal))).toBeGreaterThan(55);
    expect(throttle.batchSize(4_000)).toBe(4_000);
  });

  it("makes batches as large as can be written in a moment, and never none", async () => {
    let share = 0.004;
    const throttle = createThrottle(() => share);
    expect(throttle.batchSize(4_000)).toBe(101);
    expect(throttle.batchSize(20)).toBe(20);
    const written = async (ms: number, count: number) => {
      const ended = new AbortController();
      const resting = throttle.rest({ ms, count }, ended.signal);
      ended.abort();
      await resting;
    };
    await written(5, 150);
    expect(throttle.batchSize(4_000)).toBe(304);
    await written(400, 100);
    expect(throttle.batchSize(4_000)).toBe(50);
    await written(10, 1_000);
    share = 0.9;
    expect(throttle.batchSize(4_000)).toBe(3_700);
    share = 1;
    expect(throttle.batchSize(5_000)).toBe(5_000);
  });

  it("ends its rest when the run ends", async () => {
    const ended = new AbortController();
    const resting = createThrottle(() => 0.02).rest({ ms: 10_000, count: 1 }, ended.signal);
    ended.abort();
    await resting;
  });
});
