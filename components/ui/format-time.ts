const SECOND = 1000;
const DAY = 24 * 3600 * SECOND;
const UNITS: readonly { ms: number; name: string; from?: number }[] = [
  // A period of one year is counted in days.
  { ms: 365 * DAY, name: "y", from: 2 * 365 * DAY },
  { ms: DAY, name: "d" },
  { ms: 3600 * SECOND, name: "h" },
  { ms: 60 * SECOND, name: "min" },
  { ms: SECOND, name: "s" },
];

const iso = (at: string): string => new Date(at).toISOString();

/** "2026-11-21 23:53:58 UTC": the same on the server and in every browser. */
export const formatUtc = (at: string): string => `${iso(at).slice(0, 19).replace("T", " ")} UTC`;

/** "2026-11-21 23:53:58.656", for a column whose head says UTC. */
export const formatUtcMillis = (at: string): string => iso(at).slice(0, 23).replace("T", " ");

/** "2026-11-21" */
export const formatUtcDate = (at: string): string => iso(at).slice(0, 10);

/**
 * "14 s ago", "in 3 d". What is past is a whole number of units ago; what is to come is rounded, so that what ends
 * in 90 days says so a minute later too. The server passes `now`, so that both sides render the same words.
 */
export const formatRelative = (at: string, now: string): string => {
  const difference = Date.parse(at) - Date.parse(now);
  const distance = Math.abs(difference);
  const unit = UNITS.find(({ ms, from = ms }) => distance >= from);
  if (unit === undefined) return "now";
  return difference < 0
    ? `${Math.floor(distance / unit.ms)} ${unit.name} ago`
    : `in ${Math.round(distance / unit.ms)} ${unit.name}`;
};
