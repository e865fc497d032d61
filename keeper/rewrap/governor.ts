import type { JobLatency } from "#lib/domain/job.ts";
import type { AccessKind, Foreground } from "../foreground/foreground.ts";
import { SLICE_MS } from "../foreground/foreground.ts";

/** How much of its time a job may work, so that the keeper's requests hardly notice. */
export type Governor = {
  /** From 0 to 1. Looks at the requests of the last seconds, at most every `LOOK_MS`. */
  share(before: JobLatency["before"]): number;
};

const LOOK_MS = 250;
/** Requests of this long ago and since say how it is now. */
const WINDOW_MS = 3_000;
const SHARE_LEAST = 0.004;
/** Where a job begins when there are requests to be careful of. */
const SHARE_FIRST = 0.02;
/** A request is slow from this times the p99 of before on: short of the double that may not be passed. */
const SLOW = 1.65;
/** Below this the disk and the scheduler say more than a job does, milliseconds; also where nothing was measured before. */
const FLOOR_MS = 2;
const UNKNOWN_MS = 10;
/** Of a hundred requests one may be slow: that is what p99 says. Some of the slow ones are not the job's doing. */
const HOT = 0.008;
const SPENT = 0.0065;
const COOL = 0.005;
const DOWN = { hot: 0.5, spent: 0.8 };
/** Up to where it last grew hot a job comes back quickly; beyond, it tries. */
const UP = { back: 1.15, beyond: 1.05 };
const NEAR = 0.7;
const TRAFFIC_LEAST = 2;
/** As long as a change needs to show. */
const SETTLE_MS = 500;
/** What was slow is half forgotten after so long. */
const HALF_LIFE_MS = 15_000;

type Counts = Record<AccessKind, { all: number; slow: number }>;
const KINDS = ["read", "write"] as const;
const nothing = (): Counts => ({ read: { all: 0, slow: 0 }, write: { all: 0, slow: 0 } });

const limitOf = (before: JobLatency["before"], kind: AccessKind): number =>
  SLOW * Math.max(before[kind]?.p99 ?? UNKNOWN_MS, FLOOR_MS);

/** More of them slow than this share. One slow request among few proves nothing. */
const exceeds = (counts: Counts, share: number): boolean =>
  KINDS.some((kind) => counts[kind].slow > 1 && counts[kind].slow > counts[kind].all * share);

export const createGovernor = (
  foreground: Foreground,
  now: () => number = () => performance.now(),
): Governor => {
  let share: number | null = null;
  let looked = Number.NEGATIVE_INFINITY;
  let changed = Number.NEGATIVE_INFINITY;
  /** Slices before this one are in `memory`. */
  let kept = 0;
  let memory = nothing();
  let ceiling = 1;

  const change = (to: number): void => {
    share = Math.min(1, Math.max(SHARE_LEAST, to));
    changed = now();
  };

  /** Adds what has come since the last look to what is remembered. */
  const remember = (limits: Record<AccessKind, number>): void => {
    const slice = Math.floor(now() / SLICE_MS) * SLICE_MS;
    const faded = 0.5 ** ((slice - kept) / HALF_LIFE_MS);
    const [since, current] = [foreground.since(kept, limits), foreground.since(slice, limits)];
    for (const kind of KINDS) {
      memory[kind].all = memory[kind].all * faded + since[kind].all - current[kind].all;
      memory[kind].slow = memory[kind].slow * faded + since[kind].slow - current[kind].slow;
    }
    kept = slice;
  };

  const look = (before: JobLatency["before"]): void => {
    const at = now();
    const limits = { read: limitOf(before, "read"), write: limitOf(before, "write") };
    const recent = foreground.since(at - WINDOW_MS, limits);
    if (recent.read.all + recent.write.all < TRAFFIC_LEAST) {
      // Nobody waits for anything. Whoever comes next finds the job careful again.
      share = null;
      return;
    }
    if (share === null) {
      memory = nothing();
      kept = Math.floor(at / SLICE_MS) * SLICE_MS;
      ceiling = 1;
      return change(SHARE_FIRST);
    }
    remember(limits);
    if (at - changed < SETTLE_MS) return;
    if (exceeds(foreground.since(Math.max(at - WINDOW_MS, changed), limits), HOT)) {
      ceiling = share * NEAR;
      return change(share * DOWN.hot);
    }
    if (exceeds(memory, SPENT)) return change(share * DOWN.spent);
    if (exceeds(memory, COOL) || exceeds(recent, COOL)) return;
    change(share * (share < ceiling ? UP.back : UP.beyond));
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
