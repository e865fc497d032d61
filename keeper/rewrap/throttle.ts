import { setTimeout as sleep } from "node:timers/promises";
import type { JobIntensity } from "#lib/domain/job.ts";

/** Gives a job only a share of the time: after each piece of work it rests in proportion. */
export type Throttle = {
  /** Percent of what the foreground leaves free. Takes effect with the next batch. */
  setIntensity(intensity: JobIntensity): void;
  /** The most DEKs one batch should hold: small ones are over soon when somebody waits. */
  batchSize(wanted: number): number;
  /** Rests for what the work cost. */
  rest(workMs: number, signal: AbortSignal): Promise<void>;
};

const BATCH_LEAST = 50;
const REST_MS_MAX = 250;

/** `shareOf` tells what the foreground leaves free, from 0 to 1. */
export const createThrottle = (shareOf: () => number): Throttle => {
  let intensity: JobIntensity = 100;
  return {
    setIntensity: (to) => {
      intensity = to;
    },
    batchSize: (wanted) => Math.max(Math.min(wanted, BATCH_LEAST), Math.round(wanted * shareOf())),
    rest: async (workMs, signal) => {
      const share = (shareOf() * intensity) / 100;
      const ms = Math.min(workMs * (1 / share - 1), REST_MS_MAX);
      if (ms >= 1) await sleep(ms, undefined, { signal }).catch(() => {});
    },
  };
};
