const counts = new Intl.NumberFormat("en-US");

/** 1234567 as "1,234,567". */
export const formatCount = (count: number): string => counts.format(count);

/** "1 key", "2 keys". */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** Whole percents, rounded down, so that 100 is said only when all is done. */
export const percentOf = (done: number, total: number): number =>
  total <= 0 ? (done > 0 ? 100 : 0) : Math.min(100, Math.floor((done / total) * 100));

/** Of nothing there is no part. */
export const formatPercent = (done: number, total: number): string =>
  done === 0 && total === 0 ? "–" : `${percentOf(done, total)} %`;

/** A rate per second; below ten with one decimal. */
export const formatRate = (perSecond: number | null): string => {
  if (perSecond === null) return "–";
  return perSecond > 0 && perSecond < 10
    ? `${perSecond.toFixed(1)}/s`
    : `${formatCount(Math.round(perSecond))}/s`;
};

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds in at most two units: "45s", "19m 22s", "3h 5m", "2d 4h". */
export const formatDuration = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < MINUTE) return `${whole}s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)}m ${whole % MINUTE}s`;
  if (whole < DAY) return `${Math.floor(whole / HOUR)}h ${Math.floor((whole % HOUR) / MINUTE)}m`;
  return `${Math.floor(whole / DAY)}d ${Math.floor((whole % DAY) / HOUR)}h`;
};

/** A remaining time as a range of a tenth to either side, because it is an estimate. */
export const formatEtaRange = (seconds: number | null): string => {
  if (seconds === null) return "–";
  if (seconds < 10) return "under 10s";
  const step = seconds < 2 * MINUTE ? 5 : seconds < 2 * HOUR ? MINUTE : HOUR / 2;
  const low = Math.floor((seconds * 0.9) / step) * step;
  const high = Math.ceil((seconds * 1.1) / step) * step;
  return `${shortDuration(low)} to ${shortDuration(high)}`;
};

const shortDuration = (seconds: number): string => formatDuration(seconds).replace(/ 0[smh]$/, "");
