import { setTimeout as sleep } from "node:timers/promises";
import type { JobIntensity } from "#lib/domain/job.ts";

/** Gives a job only a share of the time: after each piece of work it rests in proportion. */
export type Throttle = {
  /** Percent of what the foreground leaves free. Takes effect with the next batch. */
  setIntensity(intensity: JobIntensity): void;
  /** The most DEKs one batch should hold: one that is over soon is not in the way when somebody comes. */
  batchSize(wanted: number): number;
  /** Rests for what it cost to write a batch. */
  rest(written: { ms: number; count: number }, signal: AbortSignal): Promise<void>;
};

const BATCH_LEAST = 50;
/** How long a batch may take to be written beside requests, with next to nothing for the job and with nearly everything. */
const BATCH_MS = { least: 10, most: 40 };
/** Of a batch of unknown speed. */
const PER_MS_FIRST = 10;
const REST_MS_MAX = 2_000;
/** A long rest ends early when the share has grown meanwhile. */
const LOOK_MS = 250;

/** `shareOf` tells what the foreground leaves free, from 0 to 1, for how many jobs together. */
export const createThrottle = (shareOf: () => number, jobs: () => number = () => 1): Throttle => {
  let intensity: JobIntensity = 100;
  let perMs = PER_MS_FIRST;
  return {
    setIntensity: (to) => {
      intensity = to;
    },
    batchSize: (wanted) => {
      const share = shareOf();
      // Nobody waits.
      if (share >= 1) return wanted;
      const ms = BATCH_MS.least + (BATCH_MS.most - BATCH_MS.least) * share;
      return Math.min(wanted, Math.max(BATCH_LEAST, Math.round(perMs * ms)));
    },
    rest: async (written, signal) => {
      if (written.count > 0) perMs = written.count / Math.max(written.ms, 0.1);
      const left = (rested: number): number => {
        const share = (shareOf() * intensity) / 100 / jobs();
        return Math.min(written.ms * (1 / share - 1), REST_MS_MAX) - rested;
      };
      const began = performance.now();
      for (let ms = left(0); ms >= 1 && !signal.aborted; ms = left(performance.now() - began))
        await sleep(Math.min(ms, LOOK_MS), undefined, { signal }).catch(() => {});
    },
  };
};
