import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRequestRates } from "./request-rates.ts";

/** The same without forgetting anything: what is remembered must make no difference. */
const createReference = () => {
  const buckets = new Map<string, { left: number; atMs: number }>();
  return (tokenId: string, perSecond: number, nowMs: number): boolean => {
    const last = buckets.get(tokenId) ?? { left: perSecond, atMs: nowMs };
    const left = Math.min(perSecond, last.left + ((nowMs - last.atMs) / 1000) * perSecond);
    const admitted = left >= 1;
    buckets.set(tokenId, { left: admitted ? left - 1 : left, atMs: nowMs });
    return admitted;
  };
};

const perSecond = fc.integer({ min: 1, max: 50 });
/** Requests of three tokens, each some milliseconds after the one before. */
const requests = fc.array(
  fc.record({
    tokenId: fc.constantFrom("a", "b", "c"),
    afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 3_000 })),
  }),
  { maxLength: 200 },
);

describe("what a token with a limit may send", () => {
  it("is one second's worth at once, and then as much as comes in evenly", () => {
    const { spend } = createRequestRates();
    expect([spend("t", 2, 0), spend("t", 2, 0), spend("t", 2, 0)]).toEqual([0, 0, 500]);
    expect([spend("t", 2, 499), spend("t", 2, 500), spend("t", 2, 500)]).toEqual([expect.closeTo(1), 0, 500]);
    expect([1, 2, 3].map(() => spend("t", 2, 60_000))).toEqual([0, 0, 500]);
  });

  it("is never more than a second's worth and what comes in, in any stretch of time", () => {
    fc.assert(
      fc.property(perSecond, requests, (limit, sent) => {
        const { spend } = createRequestRates();
        const admitted: Record<string, number[]> = {};
        let now = 5_000;
        for (const { tokenId, afterMs } of sent) {
          now += afterMs;
          if (spend(tokenId, limit, now) === 0) (admitted[tokenId] ??= []).push(now);
        }
        for (const times of Object.values(admitted))
          for (const [first, from] of times.entries())
            for (const [last, to] of times.entries())
              if (last >= first)
                expect(last - first + 1).toBeLessThanOrEqual(limit + ((to - from) / 1000) * limit + 1e-6);
      }),
    );
  });

  it("is as if nothing were ever forgotten, of each token by itself", () => {
    fc.assert(
      fc.property(perSecond, requests, (limit, sent) => {
        const { spend } = createRequestRates();
        const reference = createReference();
        let now = 0;
        for (const { tokenId, afterMs } of sent) {
          now += afterMs;
          expect(spend(tokenId, limit, now) === 0).toBe(reference(tokenId, limit, now));
        }
      }),
    );
  });

  it("is there again after the wait that was told, in whole seconds", () => {
    fc.assert(
      fc.property(perSecond, requests, (limit, sent) => {
        const { spend } = createRequestRates();
        let now = 0;
        for (const { tokenId, afterMs } of sent) {
          now += afterMs;
          const waitMs = spend(tokenId, limit, now);
          if (waitMs === 0) continue;
          now += Math.ceil(waitMs / 1000) * 1000;
          expect(spend(tokenId, limit, now)).toBe(0);
        }
      }),
    );
  });

  it("is remembered of the tokens of the last two seconds alone", () => {
    const rates = createRequestRates();
    for (let n = 0; n < 10_000; n += 1) rates.spend(`token ${n}`, 5, n);
    expect(rates.size()).toBeLessThanOrEqual(2_000);
    rates.spend("one more", 5, 20_000);
    rates.spend("one more", 5, 21_000);
    expect(rates.size()).toBe(1);
  });
});
