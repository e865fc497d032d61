import type { TenantTx } from "#db/tenant-tx.ts";
import type { JobMode } from "#lib/domain/job.ts";

/** Which DEKs a job is about. */
export type JobScope = {
  mode: JobMode;
  keyId: string;
  targetVersion: number;
  /** When the job was asked for: a re-encrypt replaces every DEK that was stored until then. */
  madeBefore: string;
};

/**
 * Is a DEK `d`, of the record `r`, still to be done? A record's `updated_at` is the instant of the transaction that
 * stored its DEK, on the database's clock: a keeper's clock has no say in what a re-encrypt leaves out.
 */
export const toDo = (tx: TenantTx, scope: JobScope) =>
  scope.mode === "rewrap"
    ? tx.sql`d.key_version <> ${scope.targetVersion}`
    : tx.sql`(d.key_version <> ${scope.targetVersion} OR r.updated_at <= ${scope.madeBefore}::timestamptz)`;

/** What the DEKs have to be joined to for it. */
export const recordsOf = (tx: TenantTx, scope: JobScope) =>
  scope.mode === "rewrap"
    ? tx.sql``
    : tx.sql`JOIN record r ON r.tenant_id = d.tenant_id AND r.id = d.record_id`;

// With statistics of before the rotation, "not on the target" is estimated at one row and joins become scans of the table.
/** Makes the transaction walk a key by its index. */
export const walkTheKey = (tx: TenantTx) => tx.sql`
  SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
         set_config('enable_mergejoin', 'off', true)`;

/** A count over a hundred million rows takes longer than a request may, and no more than one core. */
export const takeItsTime = async (tx: TenantTx): Promise<void> => {
  await tx.sql`
    SELECT set_config('statement_timeout', '0', true), set_config('max_parallel_workers_per_gather', '0', true)`;
};
