import { DomainError } from "#lib/domain/errors.ts";
import type { Caller } from "../tokens/caller.ts";
import type { DataPlane } from "./data-plane.ts";
import { putRecords } from "./put-records.ts";
import type { RecordInput } from "./record-input.ts";
import { parseRecord } from "./record-input.ts";

/** What became of one item of a batch, in the place where it stood. */
export type BatchResult = { ok: true; created: boolean } | { ok: false; error: DomainError };

const parse = (item: unknown): RecordInput | DomainError => {
  try {
    return parseRecord(item);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
};

/** Writes the good items of a batch in one transaction; a bad one fails alone. */
export const putBatch = async (
  plane: DataPlane,
  caller: Caller,
  items: readonly unknown[],
  req: string,
): Promise<BatchResult[]> => {
  const parsed = items.map(parse);
  const good = parsed.filter((item): item is RecordInput => !(item instanceof DomainError));
  const written = (await putRecords(plane, caller, good, req)).values();
  return parsed.map((item): BatchResult => {
    if (item instanceof DomainError) return { ok: false, error: item };
    return { ok: true, created: written.next().value?.created ?? false };
  });
};
