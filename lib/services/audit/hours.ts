import type { EventFilter } from "#db/queries/audit-filter.ts";
import type { Stretch } from "#db/queries/audit-counts.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const iso = (ms: number): string => new Date(ms).toISOString();

type Ends = Pick<EventFilter, "from" | "to">;

/** The whole units between two ends, and what is left before and after them; null when there is no whole one. */
const whole = (unit: Stretch["unit"], unitMs: number, { from, to }: Ends): Stretch | null => {
  const first = from === undefined ? undefined : Math.ceil(Date.parse(from) / unitMs) * unitMs;
  const last = to === undefined ? undefined : Math.floor(Date.parse(to) / unitMs) * unitMs;
  if (first !== undefined && last !== undefined && first >= last) return null;
  const rest: Stretch["rest"] = [];
  if (from !== undefined && first !== undefined && Date.parse(from) < first)
    rest.push({ from, to: iso(first) });
  if (to !== undefined && last !== undefined && last < Date.parse(to)) rest.push({ from: iso(last), to });
  return {
    unit,
    from: first === undefined ? undefined : iso(first),
    to: last === undefined ? undefined : iso(last),
    rest,
  };
};

/** How a time is counted: by the hour, and what is left of it at its ends event by event. */
export const byHours = (ends: Ends): Stretch[] => {
  const hours = whole("hour", HOUR_MS, ends);
  return hours ? [hours] : [];
};

/** By the day, what is left at the ends by the hour, and what is left of that event by event. */
export const byDays = (ends: Ends): Stretch[] => {
  const days = whole("day", DAY_MS, ends);
  if (!days) return byHours(ends);
  const parts = days.rest.map((part) => ({ part, hours: whole("hour", HOUR_MS, part) }));
  return [
    { ...days, rest: parts.flatMap(({ part, hours }) => (hours ? [] : [part])) },
    ...parts.flatMap(({ hours }) => (hours ? [hours] : [])),
  ];
};
