import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accessKindOf } from "#keeper/foreground/access-kind.ts";
import { createForeground } from "#keeper/foreground/foreground.ts";
import { Histogram } from "#keeper/foreground/histogram.ts";

describe("the histogram", () => {
  it("gives every quantile to within its buckets' width", () => {
    const times = fc.array(fc.double({ min: 0.1, max: 20_000, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(times, fc.constantFrom(0.5, 0.9, 0.99, 1), (values, share) => {
        const histogram = new Histogram();
        for (const value of values) histogram.add(value);
        const sorted = values.toSorted((a, b) => a - b);
        const exact = sorted[Math.ceil(values.length * share) - 1] ?? 0;
        expect(histogram.quantile(share)).toBeGreaterThanOrEqual(exact * 0.999);
        expect(histogram.quantile(share)).toBeLessThanOrEqual(exact * 1.05);
      }),
    );
  });

  it("counts what took longer than a limit", () => {
    const histogram = new Histogram();
    for (const ms of [1, 2, 3, 10, 20]) histogram.add(ms);
    expect(histogram.above(5)).toBe(2);
    expect(histogram.above(100)).toBe(0);
  });
});

describe("what is known of the foreground", () => {
  it("tells reads from writes, and is silent about what was not asked for", () => {
    const foreground = createForeground();
    for (let n = 0; n < 100; n += 1) foreground.note("read", n === 0 ? 50 : 2);
    const { read, write } = foreground.calm();
    expect(read?.p50).toBeCloseTo(2, 0);
    expect(read?.p99).toBeCloseTo(2, 0);
    expect(write).toBeNull();
  });

  it("keeps the calm before a job apart from what was measured during it", () => {
    let now = 0;
    const foreground = createForeground(() => now);
    foreground.note("write", 4);
    now = 1_000;
    const watch = foreground.watch();
    foreground.note("write", 40);
    expect(foreground.calm().write?.p99).toBeLessThan(5);
    expect(watch.latency().write?.p99).toBeGreaterThan(39);
    watch.end();
    foreground.note("write", 400);
    expect(watch.latency().write?.p99).toBeLessThan(45);
    expect(foreground.calm().write?.p99).toBeGreaterThan(390);
  });

  it("forgets the calm of more than a minute of requests ago, and the present after seconds", () => {
    let now = 0;
    const foreground = createForeground(() => now);
    foreground.note("read", 500);
    for (now = 250; now <= 60_250; now += 250) foreground.note("read", 1);
    expect(foreground.calm().read?.p99).toBeLessThan(2);
    expect(foreground.since(now - 2_000, { read: 10, write: 10 }).read).toEqual({ all: 8, slow: 0 });
  });

  it("is of the data plane's requests alone", () => {
    expect(accessKindOf("GET", "/v1/tenants/:tenant/records/:collection/:record")).toBe("read");
    expect(accessKindOf("PUT", "/v1/tenants/:tenant/records/:collection/:record")).toBe("write");
    expect(accessKindOf("POST", "/v1/tenants/:tenant/decrypt")).toBe("read");
    expect(accessKindOf("POST", "/v1/tenants/:tenant/attest")).toBeNull();
    expect(accessKindOf("GET", "/health/crypto")).toBeNull();
    expect(accessKindOf("POST", "/v1/admin/crypto/re-encrypt")).toBeNull();
    expect(accessKindOf("GET", undefined)).toBeNull();
  });
});
