/** The wraps that this keeper has reserved on versions and not used, whatever the cache of KEKs forgets meanwhile. */
export type WrapAllowance = {
  /** Takes wraps from what is left, on credit: when false, a block must be reserved before they are used. */
  take(keyId: string, version: number, count: number): boolean;
  add(keyId: string, version: number, count: number): void;
};

const VERSIONS_MAX = 100_000;

export const createWrapAllowance = (): WrapAllowance => {
  const left = new Map<string, number>();
  const change = (keyId: string, version: number, by: number): number => {
    const id = `${keyId}/${version}`;
    const now = (left.get(id) ?? 0) + by;
    left.delete(id);
    left.set(id, now);
    // What is forgotten was reserved and is never used: wasteful, and safe.
    for (const oldest of left.keys()) {
      if (left.size <= VERSIONS_MAX) break;
      left.delete(oldest);
    }
    return now;
  };
  return {
    take: (keyId, version, count) => change(keyId, version, -count) >= 0,
    add: (keyId, version, count) => void change(keyId, version, count),
  };
};
