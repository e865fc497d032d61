import { formatCount, plural } from "./ui/format.ts";
import { formatRelative } from "./ui/format-time.ts";
import { hasEnded } from "#lib/domain/job.ts";
import type { KeyWatch, VersionUse } from "#lib/domain/key-watch.ts";
import type { VersionView } from "#lib/domain/key-view.ts";

/** An access that is told as of a moment later than the page is of just now. */
const ago = (at: string, now: string): string =>
  Date.parse(now) - Date.parse(at) < 1_000 ? "just now" : formatRelative(at, now);

const latest = (instants: readonly (string | null)[]): string | null =>
  instants
    .filter((at) => at !== null)
    .toSorted()
    .at(-1) ?? null;

/** "Last read 14 s ago, last written 2 min ago." of the versions named. */
export const useSentence = (uses: readonly VersionUse[], numbers: readonly number[], now: string): string => {
  const own = uses.filter(({ version }) => numbers.includes(version));
  const read = latest(own.map((use) => use.read));
  const written = latest(own.map((use) => use.written));
  if (!read && !written) return "No use of it stands in the newest part of the log.";
  const parts = [
    read ? `last read ${ago(read, now)}` : null,
    written ? `last written ${ago(written, now)}` : null,
  ];
  const text = parts.filter((part) => part !== null).join(", ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
};

/** "3 records are under it." */
export const protectsSentence = ({ deks, issued }: Pick<VersionView, "deks" | "issued">): string => {
  const outside = issued > 0 ? `; and ${plural(issued, "value")} that applications keep themselves` : "";
  return deks === 0 && issued === 0
    ? "Nothing is under it."
    : `${plural(deks, "record")} ${deks === 1 ? "is" : "are"} under it${outside}.`;
};

/** The records that a whole key protects. */
export const recordsOf = ({ key }: Pick<KeyWatch, "key">): string =>
  formatCount(key.versions.reduce((sum, { deks }) => sum + deks, 0));

/** What happens to the job that has not ended, if there is one. */
export const jobSentence = ({ job }: Pick<KeyWatch, "job">, becomes: string): string | null =>
  job && !hasEnded(job.status) ? `The ${job.mode} that has not ended ${becomes}.` : null;
