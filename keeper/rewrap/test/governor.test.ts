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
    expect(Math.max(...shares)).toBeLessThan(0.2);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.02);
  });

  it("does not mind the one in a hundred that was slow before, too", () => {
    const { run } = play((_, n) => (n % 400 === 0 ? 30 : 3));
    expect(run(120)).toBeGreaterThan(0.5);
  });

  it("lets the job go on at its least however slow everything is, and at full speed when they have gone", () => {
    const { governor, run, wait } = play(() => 1_000);
    expect(run(60)).toBe(0.02);
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
    expect(await timed(() => throttle.rest(50, signal))).toBeGreaterThan(45);
    throttle.setIntensity(50);
    expect(await timed(() => throttle.rest(50, signal))).toBeGreaterThan(140);
  });

  it("does not rest at all with everything for the job", async () => {
    expect(await timed(() => createThrottle(() => 1).rest(500, signal))).toBeLessThan(50);
  });

  it("makes batches small when the share is, and never none", () => {
    expect(createThrottle(() => 0.1).batchSize(4_000)).toBe(400);
    expect(createThrottle(() => 0.001).batchSize(4_000)).toBe(50);
    expect(createThrottle(() => 0.001).batchSize(20)).toBe(20);
    expect(createThrottle(() => 1).batchSize(4_000)).toBe(4_000);
  });

  it("ends its rest when the run ends", async () => {
    const ended = new AbortController();
    const resting = createThrottle(() => 0.02).rest(10_000, ended.signal);
    ended.abort();
    await resting;
  });
});
