import type { Route } from "next";

/** The log, filtered. */
export const auditHref = (filter: Record<string, string>): Route =>
  `/audit?${new URLSearchParams(filter)}` as Route;

/** Every value is looked up by itself, and a query has an end: of a key with more versions it is the newest. */
const VERSIONS_MAX = 40;

/** What asks the log for a key and its versions, which are targets of their own. */
export const eventsOfKey = ({
  id,
  versions,
}: {
  id: string;
  versions: readonly { number: number }[];
}): string => {
  const numbers = versions.map(({ number }) => number).toSorted((a, b) => b - a);
  return `target:${[id, ...numbers.slice(0, VERSIONS_MAX).map((number) => `${id}/${number}`)].join(",")}`;
};
