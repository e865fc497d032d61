import { cmkKeyIdOf } from "../connections/open-cmk.ts";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { IssuedVersion } from "#db/queries/issued-wraps.ts";
import { countIssued } from "#db/queries/issued-wraps.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { encodeBase64 } from "#lib/crypto/base64.ts";
import type { Dek } from "#lib/crypto/dek.ts";
import { generateDek } from "#lib/crypto/dek.ts";
import { encryptField } from "#lib/crypto/envelope.ts";
import { wrapDek } from "#lib/crypto/wrapped-dek.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { enterItems, logRefused } from "../access/enter-items.ts";
import type { OpenKek } from "../keys/kek-cache.ts";
import type { DataPlane } from "../records/data-plane.ts";
import type { Caller } from "../tokens/caller.ts";
import type { Outcome } from "./attempt.ts";
import { attempt, attemptAsync } from "./attempt.ts";
import type { EncryptInput } from "./bulk-input.ts";
import { contextOf, parseEncryptItem } from "./bulk-input.ts";

/** An item encrypted, as its client keeps it. Bytes are base64. */
export type EncryptedItem = {
  wrapped_dek: string;
  key_id: string;
  key_version: number;
  kms_key_id: string;
  fields: Record<string, string>;
};

type Sealing = { place: number; input: EncryptInput; dek: Dek; fields: Record<string, string> };
type Batch = { open: OpenKek; items: Sealing[] };

/** Tries at a batch: the fence may refuse a version that a rotation overtook, and rotations may come one upon the other. */
const TRIES = 5;
/** Items between two looks at other requests: about 5 ms of work. */
const ITEMS_PER_TURN = 40;

const seal = (tenant: string, place: number, input: EncryptInput): Sealing => {
  const dek = generateDek();
  const fields = input.fields.map(
    ([name, bytes]) =>
      [name, encodeBase64(encryptField(dek, contextOf(tenant, input, name), bytes))] as const,
  );
  return { place, input, dek, fields: Object.fromEntries(fields) };
};

/** Counts the wraps of the batches before they leave, and returns the versions under which they may. */
const issue = async (
  plane: DataPlane,
  caller: Caller,
  batches: readonly Batch[],
): Promise<Map<string, IssuedVersion>> => {
  const items = batches.flatMap(({ open, items }) =>
    items.map(({ input }) => ({
      collection: input.collection,
      keyVersion: open.kek.version,
      keyId: open.kek.keyId,
    })),
  );
  const leave = await enterItems(plane.access, caller, "encrypt", items);
  const counts = batches.map(({ open, items: { length } }) => ({
    keyId: open.kek.keyId,
    number: open.kek.version,
    count: length,
  }));
  try {
    const issued = await withTenant(plane.keeper.db, caller.tenantId, (tx) => countIssued(tx, counts));
    const byKey = new Map(issued.map((version) => [version.keyId, version]));
    leave(({ keyId }) => (byKey.has(keyId) ? { ok: true } : "not tried"));
    return byKey;
  } catch (error) {
    leave(() => ({ ok: false, error }));
    throw error;
  }
};

const toAnswer = (
  kmsKeyId: string,
  caller: Caller,
  { kek, purpose }: OpenKek,
  { dek, fields }: Sealing,
): EncryptedItem => ({
  wrapped_dek: encodeBase64(wrapDek(kek, dek, { purpose, tenant: caller.tenantId })),
  key_id: kek.keyId,
  key_version: kek.version,
  kms_key_id: kmsKeyId,
  fields,
});

const sealAll = async (
  caller: Caller,
  items: readonly unknown[],
  results: Outcome<EncryptedItem>[],
): Promise<Sealing[]> => {
  const sealed: Sealing[] = [];
  for (const [place, item] of items.entries()) {
    if (place > 0 && place % ITEMS_PER_TURN === 0) await nextTurn();
    const outcome = attempt(() => seal(caller.tenantId, place, parseEncryptItem(item)));
    if (outcome.ok) sealed.push(outcome.value);
    else results[place] = outcome;
  }
  return sealed;
};

/**
 * Encrypts items, each under a DEK of its own, wrapped by the current version of its key, and stores nothing. A bad item
 * fails alone. The wraps are counted on their version before the answer leaves: what is out can still need that version.
 */
export const encryptItems = async (
  plane: DataPlane,
  caller: Caller,
  items: readonly unknown[],
  req: string,
): Promise<Outcome<EncryptedItem>[]> => {
  const { keks } = plane.keeper;
  const results: Outcome<EncryptedItem>[] = [];
  let left = await sealAll(caller, items, results);
  for (let tries = 1; tries <= TRIES && left.length > 0; tries += 1) {
    const batches: Batch[] = [];
    for (const [key, of] of Map.groupBy(left, ({ input }) => input.key)) {
      const open = await attemptAsync(() => keks.forWrap(caller.tenantId, key, of.length, req));
      if (open.ok) batches.push({ open: open.value, items: of });
      else {
        for (const { place } of of) results[place] = open;
        const refused = of.map(({ input: { collection } }) => ({
          collection,
          keyVersion: 0,
          error: open.error,
        }));
        await logRefused(plane.access, caller, "encrypt", refused);
      }
    }
    if (batches.length === 0) return results;
    const issued = await issue(plane, caller, batches);
    left = [];
    for (const { open, items: of } of batches) {
      const version = issued.get(open.kek.keyId);
      if (!version) {
        left.push(...of);
        continue;
      }
      const kmsKeyId = await cmkKeyIdOf(plane.keeper, caller.tenantId, version.cmkId);
      for (const item of of)
        results[item.place] = { ok: true, value: toAnswer(kmsKeyId, caller, open, item) };
    }
    if (left.length > 0) keks.drop(caller.tenantId);
  }
  const error = new DomainError("CONFLICT", "The key was rotated meanwhile. Try again.");
  for (const { place } of left) results[place] = { ok: false, error };
  return results;
};
