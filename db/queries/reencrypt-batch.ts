import type { TenantTx } from "#db/tenant-tx.ts";
import type { JobScope } from "./rewrap-scope.ts";
import { toDo, walkTheKey } from "./rewrap-scope.ts";

/** A record as a re-encrypt reads it. */
export type SealedRecord = {
  id: string;
  collection: string;
  record: string;
  version: number;
  wrapped: Uint8Array;
  fields: { name: string; ciphertext: Uint8Array }[];
};

export type RecordBatch = { records: SealedRecord[]; more: boolean };

type Range = { cursor: string; upto: string };
type Row = Omit<SealedRecord, "fields"> & { name: string | null; ciphertext: Uint8Array | null };

const gather = (rows: readonly Row[]): SealedRecord[] => {
  const records: SealedRecord[] = [];
  for (const { id, collection, record: recordName, version, wrapped, name, ciphertext } of rows) {
    let record = records.at(-1);
    if (record?.id !== id) {
      record = { id, collection, record: recordName, version, wrapped, fields: [] };
      records.push(record);
    }
    if (name !== null && ciphertext !== null) record.fields.push({ name, ciphertext });
  }
  return records;
};

/**
 * Reads the next records of a range that are to be encrypted anew, with their fields, as one instant shows them. Fewer
 * than `limit` when they hold more than `bytesMax`, but one at the least.
 */
export const readRecords = async (
  tx: TenantTx,
  scope: JobScope,
  range: Range,
  limit: number,
  bytesMax: number,
): Promise<RecordBatch> => {
  const [, rows] = await Promise.all([
    walkTheKey(tx),
    tx.sql<(Row & { more: boolean })[]>`
      WITH page AS MATERIALIZED (
        SELECT r.id, r.collection, r.record, d.key_version AS version, d.wrapped_dek AS wrapped,
               (SELECT coalesce(sum(octet_length(ciphertext)), 0) FROM record_field f
                WHERE f.tenant_id = ${tx.tenantId} AND f.record_id = r.id) AS bytes
        FROM dek d JOIN record r ON r.tenant_id = d.tenant_id AND r.id = d.record_id
        WHERE d.tenant_id = ${tx.tenantId} AND d.key_id = ${scope.keyId} AND ${toDo(tx, scope)}
          AND d.record_id > ${range.cursor} AND d.record_id <= ${range.upto}
        ORDER BY d.record_id LIMIT ${limit + 1}
      ), sized AS MATERIALIZED (
        SELECT *, row_number() OVER (ORDER BY id) AS n, sum(bytes) OVER (ORDER BY id) - bytes AS before FROM page
      ), taken AS MATERIALIZED (SELECT * FROM sized WHERE n <= ${limit} AND before < ${bytesMax})
      SELECT t.id, t.collection, t.record, t.version, t.wrapped, f.name, f.ciphertext,
             (SELECT count(*) FROM taken) < (SELECT count(*) FROM page) AS more
      FROM taken t LEFT JOIN record_field f ON f.tenant_id = ${tx.tenantId} AND f.record_id = t.id
      ORDER BY t.id, f.name`,
  ]);
  return { records: gather(rows), more: rows[0]?.more ?? false };
};

/** Those of a range that are still to be encrypted anew, their rows locked, as they are by now. */
export const lockRecords = async (tx: TenantTx, scope: JobScope, range: Range): Promise<SealedRecord[]> => {
  const ids = await tx.sql<{ id: string }[]>`
    SELECT r.id FROM dek d JOIN record r ON r.tenant_id = d.tenant_id AND r.id = d.record_id
    WHERE d.tenant_id = ${tx.tenantId} AND d.key_id = ${scope.keyId} AND ${toDo(tx, scope)}
      AND d.record_id > ${range.cursor} AND d.record_id <= ${range.upto}
    ORDER BY d.record_id FOR NO KEY UPDATE OF r`;
  if (ids.length === 0) return [];
  // A statement of its own, and so an instant of its own: what a writer before us committed is seen whole.
  const rows = await tx.sql<Row[]>`
    SELECT r.id, r.collection, r.record, d.key_version AS version, d.wrapped_dek AS wrapped, f.name, f.ciphertext
    FROM dek d JOIN record r ON r.tenant_id = d.tenant_id AND r.id = d.record_id
    LEFT JOIN record_field f ON f.tenant_id = r.tenant_id AND f.record_id = r.id
    WHERE d.tenant_id = ${tx.tenantId} AND d.key_id = ${scope.keyId} AND ${toDo(tx, scope)}
      AND d.record_id = ANY(${ids.map(({ id }) => id)}::uuid[])
    ORDER BY r.id, f.name`;
  return gather(rows);
};

/** A record encrypted anew, with what it was read as. */
export type FreshRecord = {
  id: string;
  from: number;
  old: Uint8Array;
  wrapped: Uint8Array;
  fields: { name: string; ciphertext: Uint8Array }[];
};

/**
 * Puts fresh DEKs in the place of the old ones, each only if version and bytes are still those that were read, and all
 * only if the target is active in the same statement. Takes the rows of the records first, as every writer does: a
 * foreground write comes before this or after it. Returns the ids of those that were replaced.
 */
export const replaceDeks = async (
  tx: TenantTx,
  scope: JobScope,
  records: readonly FreshRecord[],
): Promise<Set<string>> => {
  const ids = records.map(({ id }) => id);
  const [, replaced] = await Promise.all([
    tx.sql`
      SELECT FROM record WHERE tenant_id = ${tx.tenantId} AND id = ANY(${ids}::uuid[])
      ORDER BY id FOR NO KEY UPDATE`,
    tx.sql<{ id: string }[]>`
      UPDATE dek d
      SET key_version = ${scope.targetVersion},
          wrapped_dek = substring(${Buffer.concat(records.map(({ wrapped }) => wrapped))}::bytea FROM w.n::int * 101 - 100 FOR 101)
      FROM unnest(${ids}::uuid[], ${records.map(({ from }) => from)}::int[]) WITH ORDINALITY AS w(id, version, n)
      WHERE d.tenant_id = ${tx.tenantId} AND d.key_id = ${scope.keyId} AND d.record_id = w.id AND d.key_version = w.version
        AND d.wrapped_dek = substring(${Buffer.concat(records.map(({ old }) => old))}::bytea FROM w.n::int * 101 - 100 FOR 101)
        AND EXISTS (SELECT FROM key_version WHERE tenant_id = ${tx.tenantId} AND key_id = ${scope.keyId}
                      AND number = ${scope.targetVersion} AND state = 'active')
      RETURNING d.record_id AS id`,
  ]);
  return new Set(replaced.map(({ id }) => id));
};

/** Writes the ciphertexts of records whose DEKs were replaced, and the instant since when they are new. */
export const replaceFields = async (
  tx: TenantTx,
  scope: JobScope,
  records: readonly FreshRecord[],
): Promise<void> => {
  const fields = records.flatMap(({ id, fields: all }) => all.map((field) => ({ id, ...field })));
  let end = 1;
  const starts = fields.map(({ ciphertext }) => (end += ciphertext.length) - ciphertext.length);
  const [written] = await Promise.all([
    tx.sql`
      UPDATE record_field f
      SET ciphertext = substring(${Buffer.concat(fields.map(({ ciphertext }) => ciphertext))}::bytea FROM w.start FOR w.length)
      FROM unnest(${fields.map(({ id }) => id)}::uuid[], ${fields.map(({ name }) => name)}::text[], ${starts}::int[],
        ${fields.map(({ ciphertext }) => ciphertext.length)}::int[]) AS w(id, name, start, length)
      WHERE f.tenant_id = ${tx.tenantId} AND f.record_id = w.id AND f.name = w.name`,
    // Later than the job whatever the clock does: otherwise the job's last count would find it again.
    tx.sql`
      UPDATE record SET updated_at = greatest(now(), ${scope.madeBefore}::timestamptz + interval '1 millisecond')
      WHERE tenant_id = ${tx.tenantId} AND id = ANY(${records.map(({ id }) => id)}::uuid[])`,
  ]);
  if (written.count !== fields.length)
    throw new Error(`A re-encrypt wrote ${written.count} of ${fields.length} fields.`);
};
