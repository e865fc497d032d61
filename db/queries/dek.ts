import type { TenantTx } from "#db/tenant-tx.ts";

/**
 * Gives the transaction its id. To be called before `putDeks`: the fence reads the version's state from a snapshot, and
 * a rewrap that is finishing waits for every transaction whose id lies below the one it drew after the rotation. Only
 * when the id is older than the snapshot has every writer that still saw the version as active an id below that barrier;
 * with a younger one, a late write under the old version could be missed by the last count.
 */
export const takeTransactionId = async (tx: TenantTx): Promise<void> => {
  await tx.sql`SELECT pg_current_xact_id()`;
};

export type DekRows = {
  keyId: string;
  keyVersion: number;
  recordIds: readonly string[];
  /** The wrapped DEKs in the order of the ids, one after the other, all of one length. */
  wrapped: Uint8Array;
};

/**
 * Writes the wrapped DEKs of records, if their key's version is active and the key enabled in the same statement: the
 * fence. Returns how many were written; fewer than asked for means that the fence refused them.
 */
export const putDeks = async (tx: TenantTx, rows: DekRows): Promise<number> => {
  const length = rows.wrapped.length / rows.recordIds.length;
  // In the order of the ids, as a rewrap takes them: two that lock the same rows never wait for each other in a circle.
  const written = await tx.sql`
    INSERT INTO dek (tenant_id, key_id, record_id, key_version, wrapped_dek)
    SELECT v.tenant_id, v.key_id, w.record_id, v.number,
           substring(${Buffer.from(rows.wrapped)}::bytea FROM (w.n::int - 1) * ${length}::int + 1 FOR ${length}::int)
    FROM key_version v JOIN key k ON k.tenant_id = v.tenant_id AND k.id = v.key_id,
         unnest(${[...rows.recordIds]}::uuid[]) WITH ORDINALITY AS w(record_id, n)
    WHERE v.tenant_id = ${tx.tenantId} AND v.key_id = ${rows.keyId} AND v.number = ${rows.keyVersion}
      AND v.state = 'active' AND k.status = 'enabled'
    ORDER BY w.record_id
    ON CONFLICT (tenant_id, key_id, record_id)
      DO UPDATE SET key_version = excluded.key_version, wrapped_dek = excluded.wrapped_dek`;
  return written.count;
};

/** Removes a record's wrapped DEK. */
export const deleteDek = async (tx: TenantTx, keyId: string, recordId: string): Promise<void> => {
  await tx.sql`
    DELETE FROM dek WHERE tenant_id = ${tx.tenantId} AND key_id = ${keyId} AND record_id = ${recordId}`;
};
