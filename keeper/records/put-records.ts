import { withTenant } from "#db/tenant-tx.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { DEFAULT_KEY } from "../keeper.ts";
import type { ItemEnd } from "../access/enter-items.ts";
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
  return (end: ItemEnd): void => {
    for (const [n, [, of]] of counts.entries()) {
      if (end === "not tried") entered[n]?.leave(0, []);
      else entered[n]?.leave(of.length, end.ok ? [] : of.map(() => end.error));
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
    leave({ ok: true });
    return created;
  } catch (error) {
    // What the fence refused is done again, and counted there.
    leave(error instanceof FenceRefused ? "not tried" : { ok: false, error });
    throw error;
  }
};

/** The current version. A write that it refuses is on record before that is answered, of no version. */
const openForWrite = async (
  plane: DataPlane,
  caller: Caller,
  inputs: readonly RecordInput[],
  wraps: number,
  req: string,
): Promise<OpenKek> => {
  try {
    return await plane.keeper.keks.forWrap(caller.tenantId, DEFAULT_KEY, wraps, req);
  } catch (error) {
    const leave = await enter(plane, caller, 0, inputs);
    leave({ ok: false, error });
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
    const open = await openForWrite(plane, caller, inputs, last.length, req);
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
