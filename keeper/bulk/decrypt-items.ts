import { decryptFailed } from "#lib/domain/errors.ts";
import { admitCompromisedRead } from "../access/admit-compromised-read.ts";
import type { AccessedItem } from "../access/enter-items.ts";
import { enterItems } from "../access/enter-items.ts";
import type { OpenKek } from "../keys/kek-cache.ts";
import type { DataPlane } from "../records/data-plane.ts";
import type { OpenedItem } from "../threads/crypto-jobs.ts";
import { postKey } from "../threads/keys-of.ts";
import type { PostedOutcome } from "../threads/posted-outcome.ts";
import { errorOf } from "../threads/posted-outcome.ts";
import type { Caller } from "../tokens/caller.ts";
import type { Outcome } from "./attempt.ts";
import { attempt, attemptAsync } from "./attempt.ts";
import type { DecryptInput } from "./bulk-input.ts";
import { parseDecryptItem } from "./bulk-input.ts";
import type { Source } from "./open-sources.ts";
import { openSources, sourceId } from "./open-sources.ts";

/** An item's values, base64. */
export type DecryptedItem = { fields: Record<string, string> };

type Entering = AccessedItem & { input: DecryptInput; source: Source | undefined };

const placeOf = ({ keyVersion, collection, input }: Entering): string =>
  `${input.wrapped.keyId} ${keyVersion} ${collection}`;

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
  items: readonly (readonly [Entering, Outcome<OpenKek>])[],
): Promise<PostedOutcome<OpenedItem>[]> => {
  if (items.length === 0) return [];
  const keks = [...new Set(items.flatMap(([, admitted]) => (admitted.ok ? [admitted.value] : [])))];
  return crypto.decrypt({
    tenant,
    keys: keks.map(postKey),
    items: items.map(
      ([
        {
          input: { collection, record, context, fields, text },
        },
        admitted,
      ]) => ({
        collection,
        record,
        context,
        fields,
        wrapped: text,
        key: admitted.ok ? keks.indexOf(admitted.value) : null,
      }),
    ),
  });
};

const toOutcome = (
  { fields }: DecryptInput,
  admitted: Outcome<OpenKek>,
  opened: PostedOutcome<OpenedItem>,
): Outcome<DecryptedItem> => {
  if (!opened.ok)
    return { ok: false, error: opened.tried && !admitted.ok ? admitted.error : errorOf(opened) };
  const { plaintexts } = opened.value;
  return {
    ok: true,
    value: { fields: Object.fromEntries(fields.map(([name], n) => [name, plaintexts[n] ?? ""])) },
  };
};

/** Opens items that `encryptItems` made, or that a record was exported as. One that does not open fails alone, and is reported. */
export const decryptItems = async (
  plane: DataPlane,
  caller: Caller,
  items: readonly unknown[],
  req: string,
): Promise<Outcome<DecryptedItem>[]> => {
  const parsed = items.map((item) => attempt(() => parseDecryptItem(item)));
  const inputs = parsed.flatMap((item) => (item.ok ? [item.value] : []));
  const sources = await openSources(
    plane.keeper,
    caller,
    inputs.map(({ wrapped }) => wrapped),
    req,
  );
  const entering = inputs.map((input): Entering => {
    const source = sources.get(sourceId(input.wrapped));
    return { input, source, collection: input.collection, keyVersion: source?.standing?.keyVersion ?? 0 };
  });
  const leave = await enterItems(plane.access, caller, "decrypt", entering);
  const outcomes = new Map<DecryptInput, Outcome<DecryptedItem>>();
  const mistyped = new Set<DecryptInput>();
  try {
    const refused = await refuseCompromised(plane, caller, entering, req);
    const items = entering.map((item) => [item, admit(item, refused.get(placeOf(item)))] as const);
    const opened = await openAll(plane, caller, items);
    for (const [n, [{ input }, admitted]] of items.entries()) {
      const one = opened[n] as PostedOutcome<OpenedItem>;
      outcomes.set(input, toOutcome(input, admitted, one));
      if (!one.ok && !one.tried) mistyped.add(input);
    }
  } finally {
    leave(({ input }) =>
      mistyped.has(input) ? "not tried" : (outcomes.get(input) ?? { ok: false, error: null }),
    );
  }
  const failures = entering.flatMap(({ input, collection }) => {
    const outcome = outcomes.get(input);
    const target = { type: "collection" as const, id: collection };
    return outcome && !outcome.ok && !mistyped.has(input)
      ? [{ target, collection, error: outcome.error }]
      : [];
  });
  await plane.failures.report(caller, failures, req);
  return parsed.map((item) => (item.ok ? (outcomes.get(item.value) as Outcome<DecryptedItem>) : item));
};
