import { DomainError } from "#lib/domain/errors.ts";
import type { ItemEnd } from "../access/enter-items.ts";
import { enterItems, logRefused } from "../access/enter-items.ts";
import { cmkKeyIdOf } from "../connections/open-cmk.ts";
import type { OpenKek } from "../keys/kek-cache.ts";
import type { DataPlane } from "../records/data-plane.ts";
import { errorOf } from "../threads/posted-outcome.ts";
import type { Caller } from "../tokens/caller.ts";
import type { Outcome } from "./attempt.ts";
import { attempt, attemptAsync } from "./attempt.ts";
import type { Members } from "./answer-json.ts";
import { membersOf } from "./answer-json.ts";
import type { BatchBody } from "./batch-body.ts";
import { parseEncryptItem } from "./bulk-input.ts";
import type { Batch, Item, Sealed } from "./seal-batches.ts";
import { sealBatches } from "./seal-batches.ts";

/** An item of a batch, for the log. */
type Entering = { item: Item; collection: string; keyVersion: number };

/** Tries at a batch: the fence may refuse a version that a rotation overtook, and rotations may come one upon the other. */
const TRIES = 5;

/** What all items of a batch have alike. The CMK behind a version is known when its wraps are counted. */
const keyMembers = ({ kek: { keyId, version } }: OpenKek, kmsKeyId: string): Uint8Array =>
  membersOf({ key_id: keyId, key_version: version, kms_key_id: kmsKeyId });

/** Encrypts batches and tells their windows how it went. Returns what the fence refused, to be done again. */
const encryptOnce = async (
  plane: DataPlane,
  caller: Caller,
  body: BatchBody,
  batches: readonly Batch[],
  results: Outcome<Members>[],
): Promise<Item[]> => {
  const entering = batches.flatMap(({ open: { kek }, items }) =>
    items.map((item): Entering => ({ item, collection: item.input.collection, keyVersion: kek.version })),
  );
  const leave = await enterItems(plane.access, caller, "encrypt", entering);
  const left: Item[] = [];
  try {
    const { sealed, issued } = await sealBatches(plane, caller, body, batches);
    const ends = new Map<Item, ItemEnd>();
    for (const { open, items } of batches) {
      const version = issued.get(open.kek.keyId);
      const kmsKeyId = version ? await cmkKeyIdOf(plane.keeper, caller.tenantId, version.cmkId) : "";
      const key = keyMembers(open, kmsKeyId);
      for (const item of items) {
        const outcome = sealed.get(item) as Sealed;
        // What was mistyped was never tried, and what was refused by the fence is tried again.
        ends.set(item, outcome.ok && version ? { ok: true } : "not tried");
        if (!outcome.ok) results[item.place] = { ok: false, error: errorOf(outcome) };
        else if (!version) left.push(item);
        else results[item.place] = { ok: true, value: [key, outcome.value] };
      }
    }
    leave(({ item }) => ends.get(item) ?? "not tried");
  } catch (error) {
    leave(() => ({ ok: false, error }));
    throw error;
  }
  return left;
};

/**
 * Encrypts items, each under a DEK of its own, wrapped by the current version of its key, and stores nothing. A bad item
 * fails alone. The wraps are counted on their version before the answer leaves: what is out can still need that version.
 */
export const encryptItems = async (
  plane: DataPlane,
  caller: Caller,
  body: BatchBody,
  req: string,
): Promise<Outcome<Members>[]> => {
  const { keks } = plane.keeper;
  const results: Outcome<Members>[] = [];
  let left: Item[] = [];
  for (const [place, value] of body.items.entries()) {
    const input = attempt(() => parseEncryptItem(value));
    if (input.ok) left.push({ place, input: input.value });
    else results[place] = input;
  }
  for (let tries = 1; tries <= TRIES && left.length > 0; tries += 1) {
    const batches: Batch[] = [];
    for (const [key, items] of Map.groupBy(left, ({ input }) => input.key)) {
      const open = await attemptAsync(() => keks.forWrap(caller.tenantId, key, items.length, req));
      if (open.ok) batches.push({ open: open.value, items });
      else {
        for (const { place } of items) results[place] = open;
        const refused = items.map(({ input: { collection } }) => ({
          collection,
          keyVersion: 0,
          error: open.error,
        }));
        await logRefused(plane.access, caller, "encrypt", refused);
      }
    }
    if (batches.length === 0) return results;
    left = await encryptOnce(plane, caller, body, batches, results);
    if (left.length > 0) keks.drop(caller.tenantId);
  }
  const error = new DomainError("CONFLICT", "The key was rotated meanwhile. Try again.");
  for (const { place } of left) results[place] = { ok: false, error };
  return results;
};
