import { setImmediate as nextTurn } from "node:timers/promises";
import { encodeBase64 } from "#lib/crypto/base64.ts";
import { decryptField } from "#lib/crypto/envelope.ts";
import { unwrapDek } from "#lib/crypto/wrapped-dek.ts";
import { decryptFailed } from "#lib/domain/errors.ts";
import { admitCompromisedRead } from "../access/admit-compromised-read.ts";
import type { AccessedItem } from "../access/enter-items.ts";
import { enterItems } from "../access/enter-items.ts";
import type { DataPlane } from "../records/data-plane.ts";
import type { Caller } from "../tokens/caller.ts";
import type { Outcome } from "./attempt.ts";
import { attempt, attemptAsync } from "./attempt.ts";
import type { DecryptInput } from "./bulk-input.ts";
import { contextOf, parseDecryptItem } from "./bulk-input.ts";
import type { Source } from "./open-sources.ts";
import { openSources, sourceId } from "./open-sources.ts";

/** An item's values, base64. */
export type DecryptedItem = { fields: Record<string, string> };

/** Items between two looks at other requests: about 5 ms of work. */
const ITEMS_PER_TURN = 40;

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

const open = (
  tenant: string,
  input: DecryptInput,
  source: Source | undefined,
  refused: Outcome<never> | undefined,
): DecryptedItem => {
  if (refused && !refused.ok) throw refused.error;
  if (!source) throw decryptFailed("unknown_version");
  if (!source.open.ok) throw source.open.error;
  const { kek, purpose } = source.open.value;
  const dek = unwrapDek(kek, input.bytes, { purpose, tenant });
  const fields = input.fields.map(
    ([name, bytes]) =>
      [name, encodeBase64(decryptField(dek, contextOf(tenant, input, name), bytes))] as const,
  );
  return { fields: Object.fromEntries(fields) };
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
  const opened = new Map<DecryptInput, Outcome<DecryptedItem>>();
  try {
    const refused = await refuseCompromised(plane, caller, entering, req);
    for (const [n, item] of entering.entries()) {
      if (n > 0 && n % ITEMS_PER_TURN === 0) await nextTurn();
      const { input, source } = item;
      opened.set(
        input,
        attempt(() => open(caller.tenantId, input, source, refused.get(placeOf(item)))),
      );
    }
  } finally {
    leave(({ input }) => opened.get(input) ?? { ok: false, error: null });
  }
  const failures = entering.flatMap(({ input, collection }) => {
    const outcome = opened.get(input);
    const target = { type: "collection" as const, id: collection };
    return outcome && !outcome.ok ? [{ target, collection, error: outcome.error }] : [];
  });
  await plane.failures.report(caller, failures, req);
  return parsed.map((item) => (item.ok ? (opened.get(item.value) as Outcome<DecryptedItem>) : item));
};
