import type { OperatorTx } from "#db/tenant-tx.ts";

const LOCK = 0x6b66_7274;

/** Until the transaction ends, however long it waits for the disk, no other keeper moves CMK files to a new root. */
export const lockRootMove = async (tx: OperatorTx): Promise<void> => {
  await tx.sql`SELECT set_config('idle_in_transaction_session_timeout', '0', true), pg_advisory_xact_lock(${LOCK})`;
};
