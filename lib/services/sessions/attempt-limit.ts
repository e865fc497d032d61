const WINDOW_MS = 60_000;
const KEYS_MAX = 50_000;

/**
 * Tries in the last minute, in this process: the limit holds for each console by itself.
 * It slows guessing down and locks nobody out for good.
 */
export const createAttemptLimit = (max: number) => {
  const tries = new Map<string, number[]>();
  return {
    /** Counts a try; false when there were too many. */
    take(key: string, nowMs: number): boolean {
      const recent = (tries.get(key) ?? []).filter((at) => at > nowMs - WINDOW_MS);
      if (recent.length >= max) return false;
      if (tries.size >= KEYS_MAX) tries.clear();
      tries.set(key, [...recent, nowMs]);
      return true;
    },
    /** A success makes the tries before it count no more. */
    forget(key: string): void {
      tries.delete(key);
    },
  };
};
