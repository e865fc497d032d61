export const BARS_MAX = 60;

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Widths that one can name, so that bars begin where a clock does. */
const WIDTHS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND_MS),
  ...[1, 2, 5, 10, 15, 20, 30].map((n) => n * MINUTE_MS),
  ...[1, 2, 3, 4, 6, 8, 12].map((n) => n * HOUR_MS),
];
const DAY_MS = 24 * HOUR_MS;

export type Bars = { startMs: number; barMs: number; bars: number };

/** How a time is cut into at most sixty bars. */
export const cutIntoBars = (fromMs: number, toMs: number): Bars => {
  const cut = (barMs: number): Bars => {
    const startMs = Math.floor(fromMs / barMs) * barMs;
    return { startMs, barMs, bars: Math.max(1, Math.ceil((toMs - startMs) / barMs)) };
  };
  for (const width of WIDTHS_MS) {
    const found = cut(width);
    if (found.bars <= BARS_MAX) return found;
  }
  for (let days = 1; ; days += 1) {
    const found = cut(days * DAY_MS);
    if (found.bars <= BARS_MAX) return found;
  }
};

/** Do bars of this width begin and end with hours? */
export const isOfHours = (barMs: number): boolean => barMs % HOUR_MS === 0;

export const isOfDays = (barMs: number): boolean => barMs % DAY_MS === 0;
