import type { TenantTx } from "#db/tenant-tx.ts";
import type { KeyState, KeyStatus } from "#lib/domain/key-state.ts";

export type RecordName = { collection: string; record: string };
export type RecordRow = RecordName & { id: string; keyId: string };

/**
 * Makes records or locks those that are there, in the order given, until the transaction ends. `id` is the one a new
 * record gets; a record that was there keeps its own, and its key.
 */
export const upsertRecords = async (
  tx: TenantTx,
  keyId: string,
  rows: readonly (RecordName & { id: string })[],
): Promise<RecordRow[]> => tx.sql<RecordRow[]>`
    INSERT INTO record (tenant_id, id, key_id, collection, record)
    SELECT ${tx.tenantId}::uuid, i.id, ${keyId}::uuid, i.collection, i.record
    FROM unnest(${rows.map((row) => row.id)}::uuid[], ${rows.map((row) => row.collection)}::text[],
      ${rows.map((row) => row.record)}::text[]) AS i(id, collection, record)
    ON CONFLICT ON CONSTRAINT record_name DO UPDATE SET updated_at = now()
    RETURNING id, key_id AS "keyId", collection, record`;

/** Gives records another key: the DEK under the one before goes with it. */
export const moveToKey = async (tx: TenantTx, keyId: string, ids: readonly string[]): Promise<void> => {
  await tx.sql`
    WITH moved AS (
      SELECT id, key_id FROM record
      WHERE tenant_id = ${tx.tenantId} AND id = ANY(${[...ids]}::uuid[]) AND key_id <> ${keyId}
    ), gone AS (
      DELETE FROM dek d USING moved m
      WHERE d.tenant_id = ${tx.tenantId} AND d.key_id = m.key_id AND d.record_id = m.id
    )
    UPDATE record r SET key_id = ${keyId} FROM moved m WHERE r.tenant_id = ${tx.tenantId} AND r.id = m.id`;
};

export const deleteFields = async (tx: TenantTx, ids: readonly string[]): Promise<void> => {
  await tx.sql`
    DELETE FROM record_field WHERE tenant_id = ${tx.tenantId} AND record_id = ANY(${[...ids]}::uuid[])`;
};

export type NewField = { recordId: string; name: string; ciphertext: Uint8Array };

export const insertFields = async (tx: TenantTx, fields: readonly NewField[]): Promise<void> => {
  let end = 1;
  const starts = fields.map(({ ciphertext }) => (end += ciphertext.length) - ciphertext.length);
  // One parameter for all bytes, cut in the database: an array of byte strings costs half the speed.
  await tx.sql`
    INSERT INTO record_field (tenant_id, record_id, name, ciphertext)
    SELECT ${tx.tenantId}::uuid, f.record_id, f.name,
           substring(${Buffer.concat(fields.map((field) => field.ciphertext))}::bytea FROM f.start FOR f.length)
    FROM unnest(${fields.map((field) => field.recordId)}::uuid[], ${fields.map((field) => field.name)}::text[],
      ${starts}::int[], ${fields.map((field) => field.ciphertext.length)}::int[]) AS f(record_id, name, start, length)`;
};

/** A record as it stands, with everything that opens it; what the join did not find is null. */
export type StoredRecord = {
  id: string;
  keyId: string;
  key: string;
  keyStatus: KeyStatus;
  keyVersion: number | null;
  keyState: KeyState | null;
  cmkId: string | null;
  wrappedDek: Uint8Array | null;
  fields: { name: string; ciphertext: Uint8Array }[];
};

/** A record with key, DEK and fields in one statement: what it returns is one writer's. */
export const findRecord = async (tx: TenantTx, name: RecordName): Promise<StoredRecord | null> => {
  type Row = Omit<StoredRecord, "fields"> & { name: string | null; ciphertext: Uint8Array | null };
  const rows = await tx.sql<Row[]>`
    SELECT r.id, r.key_id AS "keyId", k.name AS key, k.status AS "keyStatus", d.key_version AS "keyVersion",
           v.state AS "keyState", v.cmk_id AS "cmkId", d.wrapped_dek AS "wrappedDek", f.name, f.ciphertext
    FROM record r
    JOIN key k ON k.tenant_id = r.tenant_id AND k.id = r.key_id
    LEFT JOIN dek d ON d.tenant_id = r.tenant_id AND d.key_id = r.key_id AND d.record_id = r.id
    LEFT JOIN key_version v ON v.tenant_id = d.tenant_id AND v.key_id = d.key_id AND v.number = d.key_version
    LEFT JOIN record_field f ON f.tenant_id = r.tenant_id AND f.record_id = r.id
    WHERE r.tenant_id = ${tx.tenantId} AND r.collection = ${name.collection} AND r.record = ${name.record}
    ORDER BY f.name`;
  const [first] = rows;
  if (!first) return null;
  const fields = rows.flatMap((row) =>
    row.name !== null && row.ciphertext !== null ? [{ name: row.name, ciphertext: row.ciphertext }] : [],
  );
  return { ...first, fields };
};

/** The key version that a record's DEK is on, 0 when it has none; null for no such record. */
export const findRecordVersion = async (tx: TenantTx, name: RecordName): Promise<number | null> => {
  const [row] = await tx.sql<{ keyVersion: number }[]>`
    SELECT coalesce(d.key_version, 0) AS "keyVersion" FROM record r
    LEFT JOIN dek d ON d.tenant_id = r.tenant_id AND d.key_id = r.key_id AND d.record_id = r.id
    WHERE r.tenant_id = ${tx.tenantId} AND r.collection = ${name.collection} AND r.record = ${name.record}`;
  return row?.keyVersion ?? null;
};

/** Removes a record with its fields; its DEK is the caller's to remove. */
export const deleteRecord = async (
  tx: TenantTx,
  name: RecordName,
): Promise<{ id: string; keyId: string } | null> => {
  const [row] = await tx.sql<{ id: string; keyId: string }[]>`
    DELETE FROM record
    WHERE tenant_id = ${tx.tenantId} AND collection = ${name.collection} AND record = ${name.record}
    RETURNING id, key_id AS "keyId"`;
  return row ?? null;
};
