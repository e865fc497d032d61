import { setTimeout as sleep } from "node:timers/promises";
import type { Keeper } from "./keeper.ts";

const BACKOFF_MS_MAX = 5_000;

/**
 * Runs a step over and over until the keeper stops: at once while a step says there is more, else after `idleMs`.
 * A step that throws is logged and tried again after a growing wait, so that a database that comes back finds us.
 */
export const runLoop = (
  keeper: Pick<Keeper, "log" | "stop">,
  name: string,
  idleMs: number,
  step: () => Promise<boolean>,
  wake?: { wait: Promise<void> },
): { close(): Promise<void> } => {
  const ended = new AbortController();
  const signal = AbortSignal.any([keeper.stop, ended.signal]);
  const pause = (ms: number) =>
    Promise.race([sleep(ms, undefined, { signal }), ...(wake ? [wake.wait] : [])]).catch(() => {});
  const run = async () => {
    let failures = 0;
    while (!signal.aborted) {
      try {
        const more = await step();
        failures = 0;
        if (!more) await pause(idleMs);
      } catch (err) {
        failures += 1;
        keeper.log.error({ err, loop: name, failures }, "a loop's step failed; it is tried again");
        await pause(Math.min(100 * 2 ** failures, BACKOFF_MS_MAX));
      }
    }
  };
  const running = run();
  return {
    close: async () => {
      ended.abort();
      await running;
    },
  };
};
