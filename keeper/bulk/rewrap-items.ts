import { encodeBase64 } from "#lib/crypto/base64.ts";
import { createRewrapper } from "#lib/crypto/rewrap-dek.ts";
import { unwrapDek } from "#lib/crypto/wrapped-dek.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { AccessedItem, ItemEnd } from "../access/enter-items.ts";
import { enterItems, logRefused } from "../access/enter-items.ts";
import type { OpenKek } from "../keys/kek-cache.ts";
import type { DataPlane } from "../records/data-plane.ts";
import type { Caller } from "../tokens/caller.ts";
import type { Members } from "./answer-json.ts";
import { membersOf } from "./answer-json.ts";
import type { Outcome } from "./attempt.ts";
import { attempt, attemptAsync } from "./attempt.ts";
import type { BatchBody } from "./batch-body.ts";
import type { RewrapInput } from "./bulk-input.ts";
import { parseRewrapItem } from "./bulk-input.ts";
import type { KeyMove } from "./count-moves.ts";
import { countMoves } from "./count-moves.ts";
import type { Source } from "./open-sources.ts";
import { openSources, sourceId } from "./open-sources.ts";

/** A wrapped DEK as it stands under the current version. */
type RewrappedItem = { wrapped_dek: string; key_version: number; changed: boolean };

type Item = { place: number; input: RewrapInput; source: OpenKek; collection: string; keyVersion: number };
type Moved = { item: Item; outcome: Outcome<RewrappedItem> };

/** Tries at a batch: the fence may refuse a version that a rotation overtook, and rotations may come one upon the other. */
const TRIES = 5;

/** A DEK that was open to somebody else stays so under any key. */
const refuseCompromised = ({ standing }: Source): Outcome<never> => ({
  ok: false,
  error: new DomainError(
    "INVALID_STATE",
    `Version ${standing?.keyVersion} of the key ${standing?.key} is compromised, and wrapping the same DEK anew would not help: decrypt the value and encrypt it again.`,
  ),
});

const moveKey = (tenant: string, target: OpenKek, items: readonly Item[]): Moved[] => {
  const binding = { purpose: target.purpose, tenant };
  return [...Map.groupBy(items, ({ source }) => source).entries()].flatMap(([source, of]) => {
    const rewrapper = createRewrapper(source.kek, target.kek, binding);
    try {
      return of.map((item) => {
        const outcome = attempt((): RewrappedItem => {
          const changed = source.kek.version !== target.kek.version;
          // One that is current is opened all the same: nothing is called current that could not be opened.
          if (!changed) unwrapDek(source.kek, item.input.bytes, binding);
          const bytes = changed ? rewrapper.rewrap(item.input.bytes) : item.input.bytes;
          return { wrapped_dek: encodeBase64(bytes), key_version: target.kek.version, changed };
        });
        return { item, outcome };
      });
    } finally {
      rewrapper.close();
    }
  });
};

/** What changed its version: only what was opened, so that the id of its DEK is the one that a keeper gave it. */
const movesOf = (moved: readonly Moved[]): KeyMove[] => {
  const changed = moved.flatMap(({ item: { input }, outcome }) =>
    outcome.ok && outcome.value.changed ? [{ ...input.wrapped, target: outcome.value.key_version }] : [],
  );
  return [...Map.groupBy(changed, ({ keyId }) => keyId)].map(([keyId, of]) => ({
    keyId,
    target: of[0]?.target ?? 0,
    wraps: of.length,
    from: [...Map.groupBy(of, ({ keyVersion }) => keyVersion)].map(([number, deks]) => ({
      number,
      dekIds: deks.map(({ dekId }) => dekId),
    })),
  }));
};

/** Moves what is left of a batch, counts it, and returns what the fence refused. */
const moveOnce = async (
  plane: DataPlane,
  caller: Caller,
  items: readonly Item[],
  results: Outcome<RewrappedItem>[],
  req: string,
): Promise<Item[]> => {
  const { keks, db } = plane.keeper;
  const leave = await enterItems(plane.access, caller, "rewrap", items);
  const ends = new Map<Item, ItemEnd>();
  const settle = (item: Item, outcome: Outcome<RewrappedItem>): void => {
    results[item.place] = outcome;
    ends.set(item, outcome);
  };
  try {
    const moved: Moved[] = [];
    for (const of of Map.groupBy(items, ({ input }) => input.wrapped.keyId).values()) {
      const name = of[0]?.source.purpose ?? "";
      const target = await attemptAsync(() => keks.forWrap(caller.tenantId, name, of.length, req));
      if (target.ok) moved.push(...moveKey(caller.tenantId, target.value, of));
      else for (const item of of) settle(item, target);
    }
    const mayLeave = await countMoves(db, caller.tenantId, movesOf(moved));
    const refused: Item[] = [];
    for (const { item, outcome } of moved) {
      if (outcome.ok && outcome.value.changed && !mayLeave.has(item.input.wrapped.keyId)) {
        refused.push(item);
        ends.set(item, "not tried");
      } else settle(item, outcome);
    }
    return refused;
  } finally {
    leave((item) => ends.get(item) ?? { ok: false, error: null });
  }
};

/**
 * Moves wrapped DEKs that an application keeps to the current version of their key: same DEK, payload untouched. The
 * counts of what is out on each version move with them, before the answer leaves.
 */
export const rewrapItems = async (
  plane: DataPlane,
  caller: Caller,
  { items: given }: BatchBody,
  req: string,
): Promise<Outcome<Members>[]> => {
  const parsed = given.map((item) => attempt(() => parseRewrapItem(item)));
  const wraps = parsed.flatMap((item) => (item.ok ? [item.value.wrapped] : []));
  const sources = await openSources(plane.keeper, caller, wraps, req);
  const results: Outcome<RewrappedItem>[] = [];
  let left: Item[] = [];
  const refused: (AccessedItem & { error: unknown })[] = [];
  for (const [place, item] of parsed.entries()) {
    if (!item.ok) {
      results[place] = item;
      continue;
    }
    const input = item.value;
    const source = sources.get(sourceId(input.wrapped));
    const open = source?.standing?.keyState === "compromised" ? refuseCompromised(source) : source?.open;
    // Of a wrapped DEK alone nobody can tell which collection it belongs to.
    const about = { collection: "", keyVersion: input.wrapped.keyVersion };
    if (open?.ok) left.push({ place, input, source: open.value, ...about });
    else if (open) {
      results[place] = open;
      // A version that the tenant does not have is only what somebody wrote.
      refused.push({ collection: "", keyVersion: source?.standing?.keyVersion ?? 0, error: open.error });
    }
  }
  await logRefused(plane.access, caller, "rewrap", refused);
  for (let tries = 1; tries <= TRIES && left.length > 0; tries += 1) {
    left = await moveOnce(plane, caller, left, results, req);
    if (left.length > 0) plane.keeper.keks.drop(caller.tenantId);
  }
  const error = new DomainError("CONFLICT", "The key was rotated meanwhile. Try again.");
  for (const { place } of left) results[place] = { ok: false, error };
  const target = { type: "tenant" as const, id: caller.tenantId };
  const failures = results.flatMap((result, place) =>
    // What is no wrapped DEK at all was only mistyped.
    result.ok || !parsed[place]?.ok ? [] : [{ target, error: result.error }],
  );
  await plane.failures.report(caller, failures, req);
  return results.map((result) => (result.ok ? { ok: true, value: [membersOf(result.value)] } : result));
};
