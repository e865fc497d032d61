/** Something that was and is now something else. */
export type Change = { name: string; was: string; now: string };

export const shownValue = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

/** How entries name what was and what is now. */
const PAIRS = [
  ["from", "to"],
  ["old", "new"],
  ["before", "after"],
  ["was", "now"],
] as const;

/** What changed, by an event's detail, and what else it says. A version's numbers and states are what their keys say they are. */
export const readChanges = (
  detail: Readonly<Record<string, unknown>>,
): { changes: Change[]; rest: [string, unknown][] } => {
  const changes: Change[] = [];
  const told = new Set<string>();
  for (const [was, now] of PAIRS) {
    if (!(was in detail) || !(now in detail)) continue;
    const name = typeof detail[was] === "number" ? "version" : "value";
    changes.push({ name, was: shownValue(detail[was]), now: shownValue(detail[now]) });
    told.add(was).add(now);
  }
  return { changes, rest: Object.entries(detail).filter(([key]) => !told.has(key)) };
};
