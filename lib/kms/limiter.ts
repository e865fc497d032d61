import { KmsError } from "./kms-error.ts";

/** Lets so many calls through at once, and so many wait; the rest are told to come back. */
export type Limiter = { run<T>(signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> };

type Waiting = { start: () => void };

export const createLimiter = ({ atOnce, waitingMax }: { atOnce: number; waitingMax: number }): Limiter => {
  let running = 0;
  const waiting = new Set<Waiting>();

  const enter = (signal: AbortSignal | undefined): Promise<void> => {
    signal?.throwIfAborted();
    if (running < atOnce) {
      running += 1;
      return Promise.resolve();
    }
    if (waiting.size >= waitingMax)
      return Promise.reject(new KmsError("KMS_THROTTLED", "Too many calls wait for this connection."));
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        waiting.delete(place);
        reject(signal?.reason);
      };
      const place = {
        start: (): void => {
          signal?.removeEventListener("abort", leave);
          resolve();
        },
      };
      signal?.addEventListener("abort", leave, { once: true });
      waiting.add(place);
    });
  };

  const exit = (): void => {
    const [next] = waiting;
    if (next === undefined) {
      running -= 1;
      return;
    }
    // The place is handed over, so nobody who comes later takes it.
    waiting.delete(next);
    next.start();
  };

  return {
    run: async (signal, call) => {
      await enter(signal);
      try {
        return await call();
      } finally {
        exit();
      }
    },
  };
};
