import { countExported, takeBackIssued } from "#db/queries/issued-wraps.ts";
import type { RecordName, StoredRecord } from "#db/queries/record.ts";
import { findRecord } from "#db/queries/record.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import type { Keeper } from "../keeper.ts";
import { checkUsable } from "./open-record.ts";

/** Tries at a record: its DEK may be moved between the look and the count, and moves may come one upon the other. */
const TRIES = 5;

const mayLeave = (stored: StoredRecord): boolean => {
  try {
    checkUsable(stored);
    return true;
  } catch {
    return false;
  }
};

/** Looks and counts in one flight. What was counted and is not what was seen, or may not leave, is taken off again. */
const findOnce = async (tx: TenantTx, name: RecordName): Promise<StoredRecord | null | "moved"> => {
  // The count comes last: its lock holds others up no longer than the commit takes, however large the fields are.
  const [stored, counted] = await Promise.all([findRecord(tx, name), countExported(tx, name)]);
  const leaves = stored !== null && mayLeave(stored);
  if (leaves && counted?.keyId === stored.keyId && counted.number === stored.keyVersion) return stored;
  if (counted) await takeBackIssued(tx, [{ ...counted, count: 1 }], await tx.now());
  return leaves ? "moved" : stored;
};

/**
 * A record to be exported. Its wrap is counted on its version when this returns, as one that left Keyfold: a version that
 * was retired by then counts none, and a later look of the retire gate finds this one.
 *
 * @throws `CONFLICT` when the DEK was moved again with every try
 */
export const findToExport = async (
  { db }: Pick<Keeper, "db">,
  tenantId: TenantId,
  name: RecordName,
): Promise<StoredRecord | null> => {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const found = await withTenant(db, tenantId, (tx) => findOnce(tx, name));
    if (found !== "moved") return found;
  }
  throw new DomainError(
    "CONFLICT",
    "The record was moved to another version of its key meanwhile. Try again.",
  );
};
