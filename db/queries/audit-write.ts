import type { AnyTx } from "#db/tenant-tx.ts";

/** Appends entries, as their exact bytes; the database takes every other column from them. */
export const insertEntries = async (tx: AnyTx, entries: readonly Uint8Array[]): Promise<void> => {
  for (const entry of entries) await tx.sql`INSERT INTO audit_event (entry) VALUES (${Buffer.from(entry)})`;
};
