const WINDOW_MS = 60_000;
const REPORT_MS = 1_000;

/** The average of the last minute, told at most once a second. */
export type RateMeter = {
  add(count: number): void;
  /** DEKs per second over the last minute, or over all of a shorter time. */
  perSecond(): number;
  /** The rate if it is time to tell it again, else null. */
  report(): number | null;
};

export const createRateMeter = (now: () => number = () => performance.now()): RateMeter => {
  const start = now();
  const samples: { at: number; count: number }[] = [];
  let reported = Number.NEGATIVE_INFINITY;
  const perSecond = (): number => {
    const at = now();
    while (samples[0] && samples[0].at <= at - WINDOW_MS) samples.shift();
    const seconds = Math.max(Math.min(at - start, WINDOW_MS), 1) / 1000;
    return samples.reduce((sum, sample) => sum + sample.count, 0) / seconds;
  };
  return {
    add: (count) => {
      samples.push({ at: now(), count });
    },
    perSecond,
    report: () => {
      if (now() - reported < REPORT_MS) return null;
      reported = now();
      return perSecond();
    },
  };
};
