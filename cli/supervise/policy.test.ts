import { describe, expect, it } from "vitest";
import { NO_RESTARTS, onDeath, type RestartState } from "./policy.ts";

const die = (times: number, everyMs: number, healthyMs = 0) => {
  let state: RestartState = NO_RESTARTS;
  const delays: number[] = [];
  for (let n = 0; n < times; n += 1) {
    const decision = onDeath(state, n * everyMs, healthyMs);
    if (decision.kind === "give-up") return { delays, gaveUpAt: n };
    delays.push(decision.afterMs);
    state = decision.state;
  }
  return { delays, gaveUpAt: undefined };
};

describe("restart policy", () => {
  it("doubles the delay from one second to thirty", () => {
    expect(die(8, 1_000).delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it("gives up at the eleventh death when ten restarts were within five minutes", () => {
    expect(die(20, 20_000).gaveUpAt).toBe(10);
  });

  it("goes on when deaths are too rare to make ten restarts in five minutes", () => {
    expect(die(100, 31_000).gaveUpAt).toBeUndefined();
  });

  it("forgets count and delay after a minute of health", () => {
    expect(die(100, 1_000, 60_000)).toEqual({ delays: Array(100).fill(1_000), gaveUpAt: undefined });
  });

  it("does not forget after less than a minute", () => {
    expect(die(20, 1_000, 59_999).gaveUpAt).toBe(10);
  });
});
