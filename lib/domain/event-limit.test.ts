import { describe, expect, it } from "vitest";
import { createEventLimit } from "./event-limit.ts";

describe("events of a kind", () => {
  it.each([
    ["second", { perSecond: 2 }, 1_000],
    ["minute", { perMinute: 2 }, 60_000],
  ] as const)("are let through so often in a %s, and tell how many were not", (_span, most, spanMs) => {
    const limit = createEventLimit(most);
    const at = (ms: number) => limit("a", 600_000 + ms);
    expect([at(0), at(1), at(2), at(spanMs - 1)]).toEqual([
      { write: true, suppressed: 0 },
      { write: true, suppressed: 0 },
      { write: false, suppressed: 0 },
      { write: false, suppressed: 0 },
    ]);
    expect(limit("b", 600_000).write).toBe(true);
    expect([at(spanMs), at(spanMs)]).toEqual([
      { write: true, suppressed: 2 },
      { write: true, suppressed: 0 },
    ]);
  });
});
