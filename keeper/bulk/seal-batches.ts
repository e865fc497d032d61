import type { IssuedVersion, VersionCount } from "#db/queries/issued-wraps.ts";
import { countIssued, takeBackIssued } from "#db/queries/issued-wraps.ts";
import { askAsTenant, withTenant } from "#db/tenant-tx.ts";
import type { OpenKek } from "../keys/kek-cache.ts";
import type { DataPlane } from "../records/data-plane.ts";
import { batchPieces } from "../threads/batch-pieces.ts";
import { postKey } from "../threads/keys-of.ts";
import type { PostedOutcome } from "../threads/posted-outcome.ts";
import type { Caller } from "../tokens/caller.ts";
import type { BatchBody } from "./batch-body.ts";
import type { EncryptInput } from "./bulk-input.ts";

/** An item of a request, and its place in it. */
export type Item = { place: number; input: EncryptInput };
/** Items under one version of a key. */
export type Batch = { open: OpenKek; items: Item[] };
/** The members that an item has whatever CMK stands behind its version. */
export type Sealed = PostedOutcome<Uint8Array>;

const seal = async (
  { crypto }: DataPlane,
  { tenantId: tenant }: Caller,
  { bytes: body }: BatchBody,
  batches: readonly Batch[],
): Promise<Map<Item, Sealed>> => {
  const items = batches.flatMap(({ items }) => items);
  const result = await crypto.encrypt({
    tenant,
    keys: batches.map(({ open }) => postKey(open)),
    body,
    items: batches.flatMap(({ items }, key) => items.map(({ place }) => ({ place, key }))),
  });
  const sealed = batchPieces(result);
  return new Map(items.map((item, n) => [item, sealed[n] as Sealed]));
};

const countsOf = (
  batches: readonly Batch[],
  isCounted: (item: Item) => boolean = () => true,
): VersionCount[] =>
  batches
    .map(({ open: { kek }, items }) => ({
      keyId: kek.keyId,
      number: kek.version,
      count: items.filter(isCounted).length,
    }))
    .filter(({ count }) => count > 0);

type Issued = { sealed: Map<Item, Sealed>; issued: Map<string, IssuedVersion> };

/**
 * Counts the wraps while threads make them, and returns the versions under which they may leave. What was counted and
 * then did not come to be is taken off again; if that fails, a version has rather too many counted than too few.
 */
export const sealBatches = async (
  plane: DataPlane,
  caller: Caller,
  body: BatchBody,
  batches: readonly Batch[],
): Promise<Issued> => {
  const { db } = plane.keeper;
  const { tenantId } = caller;
  const [sealing, counting] = await Promise.allSettled([
    seal(plane, caller, body, batches),
    askAsTenant(db, tenantId, (tx) => countIssued(tx, countsOf(batches))),
  ]);
  if (counting.status === "rejected") throw counting.reason;
  const issued = new Map(counting.value.rows.map((version) => [version.keyId, version]));
  const counted = batches.filter(({ open }) => issued.has(open.kek.keyId));
  const sealed = sealing.status === "fulfilled" ? sealing.value : new Map<Item, Sealed>();
  const back = countsOf(counted, (item) => sealed.get(item)?.ok !== true);
  if (back.length > 0) await withTenant(db, tenantId, (tx) => takeBackIssued(tx, back, counting.value.now));
  if (sealing.status === "rejected") throw sealing.reason;
  return { sealed, issued };
};
