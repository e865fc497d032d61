import { setImmediate as nextTurn } from "node:timers/promises";
import type { RecordName } from "#db/queries/record.ts";
import type { Dek } from "#lib/crypto/dek.ts";
import { withFreshDek } from "#lib/crypto/dek.ts";
import { encryptField } from "#lib/crypto/envelope.ts";
import { wrapDek } from "#lib/crypto/wrapped-dek.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { newUuid } from "#lib/crypto/uuid.ts";
import type { OpenKek } from "../keys/kek-cache.ts";
import type { RecordInput } from "./record-input.ts";

type EncryptedField = { name: string; ciphertext: Uint8Array };

/** A record whose values are encrypted under a fresh DEK, which is in memory still. */
export type EncryptedRecord = RecordName & { id: string; dek: Dek; fields: EncryptedField[] };

/** A record as it is stored: everything in it is ciphertext. `id` counts if the record is new. */
export type SealedRecord = RecordName & { id: string; wrappedDek: Uint8Array; fields: EncryptedField[] };

/** Records between two looks at other requests: about 5 ms of work. */
const RECORDS_PER_TURN = 40;

const encryptRecord = (tenant: TenantId, input: RecordInput): EncryptedRecord => {
  const { collection, record } = input;
  return withFreshDek((dek) => {
    const fields = input.fields.map(([name, value]) => ({
      name,
      ciphertext: encryptField(dek, { tenant, collection, record, field: name }, Buffer.from(value, "utf8")),
    }));
    return { id: newUuid(), collection, record, dek, fields };
  });
};

/** Encrypts each record under a DEK of its own and each field under a salt of its own; lets other requests in between. */
export const encryptRecords = async (
  tenant: TenantId,
  inputs: readonly RecordInput[],
): Promise<EncryptedRecord[]> => {
  const encrypted: EncryptedRecord[] = [];
  for (const [n, input] of inputs.entries()) {
    if (n > 0 && n % RECORDS_PER_TURN === 0) await nextTurn();
    encrypted.push(encryptRecord(tenant, input));
  }
  return encrypted;
};

/** Wraps the DEKs of records under a key version. */
export const sealRecords = (
  tenant: TenantId,
  { kek, purpose }: OpenKek,
  records: readonly EncryptedRecord[],
): SealedRecord[] =>
  records.map(({ dek, ...record }) => ({ ...record, wrappedDek: wrapDek(kek, dek, { purpose, tenant }) }));
