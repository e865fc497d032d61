import type { JobLatency } from "#lib/domain/job.ts";
import type { AccessKind, Foreground } from "../foreground/foreground.ts";

/** How much of its time a job may work, so that the keeper's requests hardly notice. */
export type Governor = {
  /** From 0 to 1. Looks at the requests of the last seconds, at most every `LOOK_MS`. */
  share(before: JobLatency["before"]): number;
};

const LOOK_MS = 250;
/** Requests of this long ago and since say how it is now. */
const WINDOW_MS = 3_000;
const SHARE_LEAST = 0.02;
/** Where a job begins when there are requests to be careful of. */
const SHARE_FIRST = 0.05;
/** A request is slow from this times the p99 of before on: short of the double that may not be passed. */
const SLOW = 1.7;
/** Below this the disk and the scheduler say more than a job does, milliseconds; also where nothing was measured before. */
const FLOOR_MS = 3;
const UNKNOWN_MS = 10;
/** Of a hundred requests one may be slow: that is what p99 says. Halfway there is time to give way. */
const HOT = 0.008;
const COOL = 0.004;
const DOWN = 0.6;
const UP = 1.12;
const TRAFFIC_LEAST = 2;
/** As long as a change needs to show. */
const SETTLE_MS = { down: 500, up: 500 };

const limitOf = (before: JobLatency["before"], kind: AccessKind): number =>
  SLOW * Math.max(before[kind]?.p99 ?? UNKNOWN_MS, FLOOR_MS);

export const createGovernor = (
  foreground: Foreground,
  now: () => number = () => performance.now(),
): Governor => {
  let share: number | null = null;
  let looked = Number.NEGATIVE_INFINITY;
  let changed = Number.NEGATIVE_INFINITY;

  const change = (to: number): void => {
    share = Math.min(1, Math.max(SHARE_LEAST, to));
    changed = now();
  };

  const look = (before: JobLatency["before"]): void => {
    const at = now();
    const limits = { read: limitOf(before, "read"), write: limitOf(before, "write") };
    const window = foreground.since(Math.max(at - WINDOW_MS, changed), limits);
    const recent = foreground.since(at - WINDOW_MS, limits);
    if (recent.read.all + recent.write.all < TRAFFIC_LEAST) {
      // Nobody waits for anything. Whoever comes next finds the job careful again.
      share = null;
      return;
    }
    if (share === null) return change(SHARE_FIRST);
    const kinds = [window.read, window.write].filter(({ all }) => all > 0);
    // One slow request among few proves nothing.
    const hot = kinds.some(({ all, slow }) => slow > 1 && slow / all > HOT);
    if (hot && at - changed >= SETTLE_MS.down) return change(share * DOWN);
    const cool = [recent.read, recent.write].every(({ all, slow }) => slow <= Math.max(all * COOL, 1));
    if (cool && at - changed >= SETTLE_MS.up) change(share * UP);
  };

  return {
    share: (before) => {
      if (now() - looked >= LOOK_MS) {
        looked = now();
        look(before);
      }
      return share ?? 1;
    },
  };
};
