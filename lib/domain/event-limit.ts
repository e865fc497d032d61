/** Says whether one more event of a kind may be written now, and how many were held back since the last. */
export type EventLimit = (key: string, nowMs: number) => { write: boolean; suppressed: number };

const KEYS_MAX = 10_000;

/**
 * At most `perSecond` events for each key in any one second, so that a flood of refusals cannot fill the log.
 * What is held back is counted and told with the next event that is let through.
 */
export const createEventLimit = ({ perSecond }: { perSecond: number }): EventLimit => {
  const seen = new Map<string, { second: number; count: number; suppressed: number }>();
  return (key, nowMs) => {
    const second = Math.floor(nowMs / 1000);
    const last = seen.get(key);
    if (!last && seen.size >= KEYS_MAX) seen.clear();
    const state = last ?? { second, count: 0, suppressed: 0 };
    if (state.second !== second) Object.assign(state, { second, count: 0 });
    seen.set(key, state);
    if (state.count >= perSecond) {
      state.suppressed += 1;
      return { write: false, suppressed: 0 };
    }
    state.count += 1;
    const suppressed = state.suppressed;
    state.suppressed = 0;
    return { write: true, suppressed };
  };
};
