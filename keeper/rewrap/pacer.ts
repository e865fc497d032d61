import { setTimeout as sleep } from "node:timers/promises";

/** A token bucket that holds a quarter of a second's worth. */
export type Pacer = {
  /** DEKs per second at most; null is no limit. Takes effect with the next batch. */
  limit(maxRate: number | null): void;
  /** The most DEKs one batch should hold under the limit. */
  batchSize(wanted: number): number;
  /** Waits until `count` more DEKs may be moved. */
  take(count: number, signal: AbortSignal): Promise<void>;
};

const BURST_SECONDS = 0.25;

export const createPacer = (now: () => number = () => performance.now()): Pacer => {
  let rate: number | null = null;
  let tokens = 0;
  let filled = now();
  return {
    limit: (maxRate) => {
      rate = maxRate;
    },
    batchSize: (wanted) =>
      rate === null ? wanted : Math.max(1, Math.min(wanted, Math.floor(rate * BURST_SECONDS))),
    take: async (count, signal) => {
      if (rate === null) return;
      const at = now();
      tokens = Math.min(tokens + ((at - filled) / 1000) * rate, Math.max(rate * BURST_SECONDS, 1)) - count;
      filled = at;
      // A debt is waited for here, so the average holds however large the batch was.
      if (tokens < 0) await sleep((-tokens / rate) * 1000, undefined, { signal }).catch(() => {});
    },
  };
};
