import type { SnapshotTx } from "#db/snapshot.ts";
import type { KeyState } from "#lib/domain/key-state.ts";

export type RecoverTenant = { id: string; slug: string };

/** Every tenant, or the one of a slug. */
export const listRecoverTenants = async (tx: SnapshotTx, slug?: string): Promise<RecoverTenant[]> => [
  ...(await tx.sql<RecoverTenant[]>`
    SELECT id, slug FROM tenant WHERE ${slug ?? null}::text IS NULL OR slug = ${slug ?? null} ORDER BY slug`),
];

export type RecoverVersion = {
  keyId: string;
  name: string;
  number: number;
  state: KeyState;
  provider: string;
  cmkId: string;
  cmkVersion: string;
  blob: Buffer;
};

/** Every version of a tenant's keys, as its CMK wrapped it. */
export const listRecoverVersions = async (tx: SnapshotTx, tenantId: string): Promise<RecoverVersion[]> => [
  ...(await tx.sql<RecoverVersion[]>`
    SELECT k.id AS "keyId", k.name, v.number, v.state, c.provider, v.cmk_id AS "cmkId",
           v.cmk_version AS "cmkVersion", v.blob
    FROM key k JOIN key_version v ON v.tenant_id = k.tenant_id AND v.key_id = k.id JOIN cmk c ON c.id = v.cmk_id
    WHERE k.tenant_id = ${tenantId} ORDER BY k.name, v.number`),
];

export type RecoverField = {
  recordId: string;
  collection: string;
  record: string;
  name: string;
  ciphertext: Buffer;
  keyId: string;
  keyVersion: number | null;
  wrappedDek: Buffer | null;
};

export type FieldPlace = Pick<RecoverField, "recordId" | "name">;

const FIRST: FieldPlace = { recordId: "00000000-0000-0000-0000-000000000000", name: "" };
const PAGE_FIELDS = 2_000;
/** A field has up to 16 MiB: a page ends with the field that passes this. */
const PAGE_BYTES = 8 * 1024 * 1024;

/** The fields of a tenant after a place, in the order of the primary key, with the wrapped DEK of their record. */
export const listRecoverFields = async (
  tx: SnapshotTx,
  tenantId: string,
  after: FieldPlace = FIRST,
): Promise<RecoverField[]> => [
  ...(await tx.sql<RecoverField[]>`
    WITH page AS (
      SELECT record_id, name, ciphertext,
             sum(octet_length(ciphertext)) OVER place - octet_length(ciphertext) AS bytes_before
      FROM (SELECT record_id, name, ciphertext FROM record_field
            WHERE tenant_id = ${tenantId} AND (record_id, name) > (${after.recordId}::uuid, ${after.name})
            ORDER BY record_id, name LIMIT ${PAGE_FIELDS}) f
      WINDOW place AS (ORDER BY record_id, name ROWS UNBOUNDED PRECEDING)
    )
    SELECT p.record_id AS "recordId", r.collection, r.record, p.name, p.ciphertext, r.key_id AS "keyId",
           d.key_version AS "keyVersion", d.wrapped_dek AS "wrappedDek"
    FROM page p
    JOIN record r ON r.tenant_id = ${tenantId} AND r.id = p.record_id
    LEFT JOIN dek d ON d.tenant_id = r.tenant_id AND d.key_id = r.key_id AND d.record_id = r.id
    WHERE p.bytes_before < ${PAGE_BYTES}
    ORDER BY p.record_id, p.name`),
];
