import type { AccessVerb } from "#db/queries/access-window.ts";
import type { RecordName, StoredRecord } from "#db/queries/record.ts";
import { notFound } from "#lib/domain/errors.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import type { Keeper } from "../keeper.ts";
import type { Caller } from "../tokens/caller.ts";
import type { DataPlane } from "./data-plane.ts";
import type { UsableRecord } from "./open-record.ts";
import { checkUsable } from "./open-record.ts";

/** What is done with a record, and how it is looked up for that. */
type Access = {
  verb: AccessVerb;
  find: (keeper: Keeper, tenantId: TenantId, name: RecordName) => Promise<StoredRecord | null>;
};

/**
 * Finds a record and hands it to `use` within an open window of data access; what does not open is counted and reported.
 *
 * @throws `NOT_FOUND`, in the same words for a record that is not there and for one of somebody else.
 */
export const accessRecord = async <T>(
  { keeper, access, failures }: DataPlane,
  caller: Caller,
  { verb, find }: Access,
  name: RecordName,
  req: string,
  use: (record: UsableRecord) => Promise<T>,
): Promise<T> => {
  const stored = await find(keeper, caller.tenantId, name);
  if (!stored) throw notFound("record");
  const { collection } = name;
  const [entered] = await access.enter([
    { ...caller, verb, collection, keyVersion: stored.keyVersion ?? 0, recordId: stored.id },
  ]);
  const errors: unknown[] = [];
  try {
    return await use(checkUsable(stored));
  } catch (error) {
    errors.push(error);
    await failures.report(caller, [{ target: { type: "record", id: stored.id }, collection, error }], req);
    throw error;
  } finally {
    entered?.leave(1, errors);
  }
};
