/** What tokens with a limit have left, in this process's memory alone. */
export type RequestRates = {
  /**
   * Spends one request of a token that may send `perSecond`.
   * Returns 0, or, having spent nothing, how many milliseconds it takes until there is one to spend.
   */
  spend(tokenId: string, perSecond: number, nowMs: number): number;
  /** How many tokens are remembered. */
  size(): number;
};

type Bucket = { left: number; atMs: number };

/** As long as it takes to fill a bucket, whatever its limit: it holds what comes in within a second. */
const FILL_MS = 1000;

/**
 * A token bucket for each token: it holds one second's worth and fills evenly. A bucket that nobody has touched for a
 * second is full, as a new one is, so it is forgotten: what is kept are the tokens of the last two seconds.
 * `nowMs` is of a clock that never goes back.
 */
export const createRequestRates = (): RequestRates => {
  let recent = new Map<string, Bucket>();
  let before = new Map<string, Bucket>();
  let sinceMs = Number.NEGATIVE_INFINITY;
  return {
    spend: (tokenId, perSecond, nowMs) => {
      if (nowMs - sinceMs >= FILL_MS) {
        before = recent;
        recent = new Map();
        sinceMs = nowMs;
      }
      const bucket = recent.get(tokenId) ?? before.get(tokenId) ?? { left: perSecond, atMs: nowMs };
      recent.set(tokenId, bucket);
      bucket.left = Math.min(perSecond, bucket.left + ((nowMs - bucket.atMs) / FILL_MS) * perSecond);
      bucket.atMs = nowMs;
      if (bucket.left < 1) return ((1 - bucket.left) / perSecond) * FILL_MS;
      bucket.left -= 1;
      return 0;
    },
    size: () => new Set([...recent.keys(), ...before.keys()]).size,
  };
};
