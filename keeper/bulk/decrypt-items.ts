import type { WrappedDek } from "#lib/crypto/wrapped-dek.ts";
import { decryptFailed } from "#lib/domain/errors.ts";
import { admitCompromisedRead } from "../access/admit-compromised-read.ts";
import type { AccessedItem } from "../access/enter-items.ts";
import { enterItems } from "../access/enter-items.ts";
import type { OpenKek } from "../keys/kek-cache.ts";
import type { DataPlane } from "../records/data-plane.ts";
import { batchPieces } from "../threads/batch-pieces.ts";
import { postKey } from "../threads/keys-of.ts";
import type { PostedOutcome } from "../threads/posted-outcome.ts";
import { errorOf } from "../threads/posted-outcome.ts";
import type { Caller } from "../tokens/caller.ts";
import type { Members } from "./answer-json.ts";
import type { Outcome } from "./attempt.ts";
import { attempt, attemptAsync } from "./attempt.ts";
import type { BatchBody } from "./batch-body.ts";
import { parseDecryptItem } from "./bulk-input.ts";
import type { Source } from "./open-sources.ts";
import { openSources, sourceId } from "./open-sources.ts";

type Entering = AccessedItem & { place: number; wrapped: WrappedDek; source: Source | undefined };

const placeOf = ({ keyVersion, collection, wrapped }: Entering): string =>
  `${wrapped.keyId} ${keyVersion} ${collection}`;

/** What of a batch would be opened under a compromised version and is not let through, by its place, with the reason. */
const refuseCompromised = async (
  { keeper }: DataPlane,
  caller: Caller,
  items: readonly Entering[],
  req: string,
): Promise<Map<string, Outcome<never>>> => {
  const refused = new Map<string, Outcome<never>>();
  for (const [place, [first]] of Map.groupBy(items, placeOf)) {
    const standing = first?.source?.standing;
    if (standing?.keyState !== "compromised") continue;
    const { keyId, key, keyVersion: version } = standing;
    const read = { keyId, key, version, collection: first?.collection ?? "" };
    const admitted = await attemptAsync(() => admitCompromisedRead(keeper, caller, read, req));
    if (!admitted.ok) refused.set(place, admitted);
  }
  return refused;
};

/** The KEK an item is to be opened with, or why it is not. */
const admit = ({ source }: Entering, refused: Outcome<never> | undefined): Outcome<OpenKek> =>
  refused ?? source?.open ?? { ok: false, error: decryptFailed("unknown_version") };

/** Opens items in a thread; one without a KEK is looked at there all the same: it may be none. */
const openAll = async (
  { crypto }: DataPlane,
  { tenantId: tenant }: Caller,
  { bytes: body }: BatchBody,
  items: readonly (readonly [Entering, Outcome<OpenKek>])[],
): Promise<PostedOutcome<Uint8Array>[]> => {
  if (items.length === 0) return [];
  const keks = [...new Set(items.flatMap(([, admitted]) => (admitted.ok ? [admitted.value] : [])))];
  const result = await crypto.decrypt({
    tenant,
    keys: keks.map(postKey),
    body,
    items: items.map(([{ place }, admitted]) => ({
      place,
      key: admitted.ok ? keks.indexOf(admitted.value) : null,
    })),
  });
  return batchPieces(result);
};

const toOutcome = (admitted: Outcome<OpenKek>, opened: PostedOutcome<Uint8Array>): Outcome<Members> => {
  if (opened.ok) return { ok: true, value: [opened.value] };
  return { ok: false, error: opened.tried && !admitted.ok ? admitted.error : errorOf(opened) };
};

/** Opens items that `encryptItems` made, or that a record was exported as. One that does not open fails alone, and is reported. */
export const decryptItems = async (
  plane: DataPlane,
  caller: Caller,
  body: BatchBody,
  req: string,
): Promise<Outcome<Members>[]> => {
  const parsed = body.items.map((item) => attempt(() => parseDecryptItem(item)));
  const wraps = parsed.flatMap((item) => (item.ok ? [item.value.wrapped] : []));
  const sources = await openSources(plane.keeper, caller, wraps, req);
  const results: Outcome<Members>[] = [];
  const entering: Entering[] = [];
  for (const [place, item] of parsed.entries()) {
    if (!item.ok) {
      results[place] = item;
      continue;
    }
    const { wrapped, collection } = item.value;
    const source = sources.get(sourceId(wrapped));
    entering.push({ place, wrapped, source, collection, keyVersion: source?.standing?.keyVersion ?? 0 });
  }
  const leave = await enterItems(plane.access, caller, "decrypt", entering);
  const mistyped = new Set<Entering>();
  try {
    const refused = await refuseCompromised(plane, caller, entering, req);
    const items = entering.map((item) => [item, admit(item, refused.get(placeOf(item)))] as const);
    const opened = await openAll(plane, caller, body, items);
    for (const [n, [item, admitted]] of items.entries()) {
      const one = opened[n] as PostedOutcome<Uint8Array>;
      results[item.place] = toOutcome(admitted, one);
      if (!one.ok && !one.tried) mistyped.add(item);
    }
  } finally {
    leave((item) => (mistyped.has(item) ? "not tried" : (results[item.place] ?? { ok: false, error: null })));
  }
  const failures = entering.flatMap((item) => {
    const { collection } = item;
    const outcome = results[item.place];
    const target = { type: "collection" as const, id: collection };
    return outcome && !outcome.ok && !mistyped.has(item)
      ? [{ target, collection, error: outcome.error }]
      : [];
  });
  await plane.failures.report(caller, failures, req);
  return results;
};
