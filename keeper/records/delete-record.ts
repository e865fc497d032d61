import { deleteDek } from "#db/queries/dek.ts";
import type { RecordName } from "#db/queries/record.ts";
import { deleteRecord as deleteRow, findRecordVersion } from "#db/queries/record.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { notFound } from "#lib/domain/errors.ts";
import type { Caller } from "../tokens/caller.ts";
import type { DataPlane } from "./data-plane.ts";

/** Removes a record with its fields and its DEK. Needs no key: what cannot be opened can be removed. */
export const deleteRecord = async (
  { keeper, access }: DataPlane,
  caller: Caller,
  name: RecordName,
): Promise<void> => {
  const keyVersion = await withTenant(keeper.db, caller.tenantId, (tx) => findRecordVersion(tx, name));
  if (keyVersion === null) throw notFound("record");
  const { collection } = name;
  const [entered] = await access.enter([{ ...caller, verb: "delete", collection, keyVersion }]);
  let deleted = false;
  try {
    deleted = await withTenant(keeper.db, caller.tenantId, async (tx) => {
      // Its row first, as writers take it: whoever writes the record now comes before us or after us, not in between.
      const row = await deleteRow(tx, name);
      if (row) await deleteDek(tx, row.keyId, row.id);
      return row !== null;
    });
  } catch (error) {
    entered?.leave(1, [error]);
    throw error;
  }
  entered?.leave(deleted ? 1 : 0, []);
  if (!deleted) throw notFound("record");
};
