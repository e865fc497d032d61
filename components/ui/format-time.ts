const SECOND = 1000;
const UNITS = [
  { ms: 365 * 24 * 3600 * SECOND, name: "y" },
  { ms: 24 * 3600 * SECOND, name: "d" },
  { ms: 3600 * SECOND, name: "h" },
  { ms: 60 * SECOND, name: "min" },
  { ms: SECOND, name: "s" },
] as const;

const iso = (at: string): string => new Date(at).toISOString();

/** "2026-11-21 23:53:58 UTC": the same on the server and in every browser. */
export const formatUtc = (at: string): string => `${iso(at).slice(0, 19).replace("T", " ")} UTC`;

/** "2026-11-21 23:53:58.656", for a column whose head says UTC. */
export const formatUtcMillis = (at: string): string => iso(at).slice(0, 23).replace("T", " ");

/** "2026-11-21" */
export const formatUtcDate = (at: string): string => iso(at).slice(0, 10);

/** "14 s ago", "in 3 d". The server passes `now`, so that both sides render the same words. */
export const formatRelative = (at: string, now: string): string => {
  const difference = Date.parse(at) - Date.parse(now);
  const distance = Math.abs(difference);
  const unit = UNITS.find(({ ms }) => distance >= ms);
  if (unit === undefined) return "now";
  const amount = `${Math.floor(distance / unit.ms)} ${unit.name}`;
  return difference < 0 ? `${amount} ago` : `in ${amount}`;
};
