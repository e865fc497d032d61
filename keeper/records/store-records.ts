import { putDeks, takeTransactionId } from "#db/queries/dek.ts";
import { deleteFields, insertFields, moveToKey, upsertRecords } from "#db/queries/record.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import type { SealedRecord } from "./seal-record.ts";

/** The version was deactivated, or the key suspended, since its KEK was taken from the cache. */
export class FenceRefused extends Error {}

export const nameKey = ({ collection, record }: { collection: string; record: string }): string =>
  `${collection}\0${record}`;

const byName = (a: SealedRecord, b: SealedRecord): number => (nameKey(a) < nameKey(b) ? -1 : 1);

/**
 * Writes records with their fields and wrapped DEKs, each of which replaces what was there, and returns the names of
 * those that are new. No name comes twice. Two writers of one record come one after the other, because the first
 * statement locks its row: what stays is one writer's fields under that writer's DEK.
 *
 * @throws `FenceRefused`, upon which the whole transaction must be rolled back.
 */
export const storeRecords = async (
  tx: TenantTx,
  key: { keyId: string; keyVersion: number },
  records: readonly SealedRecord[],
): Promise<Set<string>> => {
  // In one order for all: two batches that share records never wait for each other in a circle.
  const sorted = records.toSorted(byName);
  const [, stored] = await Promise.all([takeTransactionId(tx), upsertRecords(tx, key.keyId, sorted)]);
  const ids = new Map(stored.map((row) => [nameKey(row), row.id]));
  const idOf = (record: SealedRecord): string => ids.get(nameKey(record)) ?? record.id;
  const replaced = sorted.filter((record) => idOf(record) !== record.id).map(idOf);
  const moved = stored.filter((row) => row.keyId !== key.keyId).map((row) => row.id);
  const fields = sorted.flatMap((record) =>
    record.fields.map((field) => ({ ...field, recordId: idOf(record) })),
  );
  // Each a statement of its own, sent together: every one sees what the writer before us committed.
  const [, , , written] = await Promise.all([
    moved.length > 0 ? moveToKey(tx, key.keyId, moved) : undefined,
    replaced.length > 0 ? deleteFields(tx, replaced) : undefined,
    fields.length > 0 ? insertFields(tx, fields) : undefined,
    putDeks(tx, {
      ...key,
      recordIds: sorted.map(idOf),
      wrapped: Buffer.concat(sorted.map((record) => record.wrappedDek)),
    }),
  ]);
  if (written !== sorted.length) throw new FenceRefused();
  return new Set(sorted.filter((record) => idOf(record) === record.id).map(nameKey));
};
