import type { AccessVerb } from "#db/queries/access-window.ts";
import type { Caller } from "../tokens/caller.ts";
import type { AccessLog } from "./access-log.ts";

/** What an item of a batch is about, for the log. */
export type AccessedItem = { collection: string; keyVersion: number };
/** How one item went. What was not tried is done again, and counted there. */
export type ItemEnd = { ok: true } | { ok: false; error: unknown } | "not tried";

/** Opens one window for each collection and version that the items are of, before anything is done with them. */
export const enterItems = async <T extends AccessedItem>(
  access: AccessLog,
  caller: Caller,
  verb: AccessVerb,
  items: readonly T[],
): Promise<(endOf: (item: T) => ItemEnd) => void> => {
  const groups = [...Map.groupBy(items, (item) => `${item.keyVersion} ${item.collection}`).values()];
  const entered = await access.enter(
    groups.flatMap(([first]) =>
      first ? [{ ...caller, verb, collection: first.collection, keyVersion: first.keyVersion }] : [],
    ),
  );
  return (endOf) => {
    for (const [n, group] of groups.entries()) {
      const ends = group.map(endOf).filter((end) => end !== "not tried");
      const errors = ends.flatMap((end) => (end.ok ? [] : [end.error]));
      entered[n]?.leave(ends.length, errors);
    }
  };
};

/** Logs items that were refused, or failed, before anything was done with them. */
export const logRefused = async <T extends AccessedItem & { error: unknown }>(
  access: AccessLog,
  caller: Caller,
  verb: AccessVerb,
  items: readonly T[],
): Promise<void> => {
  if (items.length === 0) return;
  const leave = await enterItems(access, caller, verb, items);
  leave(({ error }) => ({ ok: false, error }));
};
