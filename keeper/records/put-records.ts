import { withTenant } from "#db/tenant-tx.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { DEFAULT_KEY } from "../keeper.ts";
import type { OpenKek } from "../keys/kek-cache.ts";
import type { Caller } from "../tokens/caller.ts";
import type { DataPlane } from "./data-plane.ts";
import type { RecordInput } from "./record-input.ts";
import type { EncryptedRecord } from "./seal-record.ts";
import { encryptRecords, sealRecords } from "./seal-record.ts";
import { FenceRefused, nameKey, storeRecords } from "./store-records.ts";

export type PutResult = { created: boolean; key: string; keyVersion: number };

/** Tries at a write: the fence may refuse one that a rotation overtook. */
const TRIES = 2;

/** One window per collection, open before anything is written. */
const enter = async (
  plane: DataPlane,
  caller: Caller,
  keyVersion: number,
  inputs: readonly RecordInput[],
) => {
  const counts = [...Map.groupBy(inputs, (input) => input.collection)];
  const entered = await plane.access.enter(
    counts.map(([collection]) => ({ ...caller, verb: "write", collection, keyVersion })),
  );
  return (outcome: "ok" | "failed" | "not tried"): void => {
    for (const [n, [, { length }]] of counts.entries()) {
      if (outcome === "not tried") entered[n]?.leave(0, 0);
      else entered[n]?.leave(length, outcome === "ok" ? 0 : length);
    }
  };
};

const store = async (
  plane: DataPlane,
  caller: Caller,
  open: OpenKek,
  inputs: readonly RecordInput[],
  encrypted: readonly EncryptedRecord[],
): Promise<Set<string>> => {
  const { keyId, version } = open.kek;
  const leave = await enter(plane, caller, version, inputs);
  try {
    const sealed = sealRecords(caller.tenantId, open, encrypted);
    const created = await withTenant(plane.keeper.db, caller.tenantId, (tx) =>
      storeRecords(tx, { keyId, keyVersion: version }, sealed),
    );
    leave("ok");
    return created;
  } catch (error) {
    // What the fence refused is done again, and counted there.
    leave(error instanceof FenceRefused ? "not tried" : "failed");
    throw error;
  }
};

/**
 * Writes records, all or none, in one transaction, and says of each whether it was new. A name that comes twice is
 * written once, with what came last. When the fence refuses the version, the write is done again under the new one.
 *
 * @throws `KEY_MISSING`, `KEY_SUSPENDED`, a `KMS_…` code when the KEK cannot be opened: nothing is stored then.
 */
export const putRecords = async (
  plane: DataPlane,
  caller: Caller,
  inputs: readonly RecordInput[],
  req: string,
): Promise<PutResult[]> => {
  if (inputs.length === 0) return [];
  const { keks } = plane.keeper;
  const last = [...new Map(inputs.map((input) => [nameKey(input), input])).values()];
  let encrypted: EncryptedRecord[] | undefined;
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const open = await keks.forWrap(caller.tenantId, DEFAULT_KEY, last.length, req);
    encrypted ??= await encryptRecords(caller.tenantId, last);
    try {
      const created = await store(plane, caller, open, inputs, encrypted);
      const result = { key: open.purpose, keyVersion: open.kek.version };
      // Of a new name that comes twice, the first is the one that made it.
      return inputs.map((input) => ({ ...result, created: created.delete(nameKey(input)) }));
    } catch (error) {
      if (!(error instanceof FenceRefused)) throw error;
      keks.drop(caller.tenantId);
    }
  }
  throw new DomainError("CONFLICT", "The key was rotated while the record was written. Try again.");
};
