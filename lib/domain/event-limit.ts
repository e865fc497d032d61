/** Says whether one more event of a kind may be written now, and how many were held back since the last. */
export type EventLimit = (key: string, nowMs: number) => { write: boolean; suppressed: number };

const KEYS_MAX = 10_000;

/**
 * At most so many events for each key in any one second, or minute, so that a flood of refusals cannot fill the log.
 * What is held back is counted and told with the next event that is let through.
 */
export const createEventLimit = (most: { perSecond: number } | { perMinute: number }): EventLimit => {
  const [max, spanMs] = "perSecond" in most ? [most.perSecond, 1_000] : [most.perMinute, 60_000];
  const seen = new Map<string, { span: number; count: number; suppressed: number }>();
  return (key, nowMs) => {
    const span = Math.floor(nowMs / spanMs);
    const last = seen.get(key);
    if (!last && seen.size >= KEYS_MAX) seen.clear();
    const state = last ?? { span, count: 0, suppressed: 0 };
    if (state.span !== span) Object.assign(state, { span, count: 0 });
    seen.set(key, state);
    if (state.count >= max) {
      state.suppressed += 1;
      return { write: false, suppressed: 0 };
    }
    state.count += 1;
    const suppressed = state.suppressed;
    state.suppressed = 0;
    return { write: true, suppressed };
  };
};
