import type { SnapshotTx } from "#db/snapshot.ts";

/** When the newest migration that a database has was written, as the journal of migrations counts. */
export const findNewestMigration = async (tx: SnapshotTx): Promise<number> => {
  const [row] = await tx.sql<{ at: string | null }[]>`
    SELECT max(created_at)::text AS at FROM public.schema_migration`;
  return Number(row?.at ?? 0);
};
