import type { EventFilter } from "#db/queries/audit-filter.ts";
import type { Hours } from "#db/queries/audit-counts.ts";

const HOUR_MS = 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();

/** The whole hours between a filter's ends, and what is left of it before and after them; null when there is no whole hour. */
export const wholeHours = ({ from, to }: Pick<EventFilter, "from" | "to">): Hours | null => {
  const first = from === undefined ? undefined : Math.ceil(Date.parse(from) / HOUR_MS) * HOUR_MS;
  const last = to === undefined ? undefined : Math.floor(Date.parse(to) / HOUR_MS) * HOUR_MS;
  if (first !== undefined && last !== undefined && first >= last) return null;
  const ends: Hours["ends"] = [];
  if (from !== undefined && first !== undefined && Date.parse(from) < first)
    ends.push({ from, to: iso(first) });
  if (to !== undefined && last !== undefined && last < Date.parse(to)) ends.push({ from: iso(last), to });
  return {
    from: first === undefined ? undefined : iso(first),
    to: last === undefined ? undefined : iso(last),
    ends,
  };
};
