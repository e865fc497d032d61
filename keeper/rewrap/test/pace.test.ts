import { describe, expect, it } from "vitest";
import { createPacer } from "#keeper/rewrap/pacer.ts";
import { createRateMeter } from "#keeper/rewrap/rate-meter.ts";

describe("the pacer", () => {
  it("lets everything through without a limit", async () => {
    const pacer = createPacer();
    const started = performance.now();
    await pacer.take(1_000_000, new AbortController().signal);
    expect(performance.now() - started).toBeLessThan(50);
    expect(pacer.batchSize(4_000)).toBe(4_000);
  });

  it("makes batches of a quarter of a second, and of one DEK at the least", () => {
    const pacer = createPacer();
    pacer.limit(100);
    expect(pacer.batchSize(4_000)).toBe(25);
    pacer.limit(1);
    expect(pacer.batchSize(4_000)).toBe(1);
    pacer.limit(1_000_000);
    expect(pacer.batchSize(4_000)).toBe(4_000);
  });

  it("holds the average", async () => {
    const pacer = createPacer();
    pacer.limit(1_000);
    const started = performance.now();
    for (let i = 0; i < 10; i += 1) await pacer.take(50, new AbortController().signal);
    expect(performance.now() - started).toBeGreaterThan(430);
  });

  it("ends its wait when the run ends", async () => {
    const pacer = createPacer();
    pacer.limit(1);
    const ended = new AbortController();
    const waiting = pacer.take(100, ended.signal);
    ended.abort();
    await waiting;
  });
});

describe("the rate meter", () => {
  it("averages the last minute, or all of a shorter time", () => {
    let now = 0;
    const meter = createRateMeter(() => now);
    now = 2_000;
    meter.add(1_000);
    expect(meter.perSecond()).toBe(500);
    now = 10_000;
    expect(meter.perSecond()).toBe(100);
    now = 61_999;
    meter.add(6_000);
    expect(meter.perSecond()).toBeCloseTo(7_000 / 60);
    now = 62_001;
    expect(meter.perSecond()).toBeCloseTo(100);
    now = 200_000;
    expect(meter.perSecond()).toBe(0);
  });

  it("tells the rate at most once a second", () => {
    let now = 0;
    const meter = createRateMeter(() => now);
    expect(meter.report()).not.toBeNull();
    now = 999;
    expect(meter.report()).toBeNull();
    now = 1_000;
    expect(meter.report()).not.toBeNull();
  });
});
