import { cmkKeyIdOf } from "../connections/open-cmk.ts";
import type { RecordName } from "#db/queries/record.ts";
import { encodeBase64 } from "#lib/crypto/base64.ts";
import type { EncryptionContext } from "#lib/crypto/encryption-context.ts";
import type { Caller } from "../tokens/caller.ts";
import { accessRecord } from "./access-record.ts";
import type { DataPlane } from "./data-plane.ts";
import { findToExport } from "./find-to-export.ts";

/** A record as it is stored, with all that is needed to open it elsewhere but the KEK. Ids are UUIDs, bytes are base64. */
export type RecordEnvelope = {
  collection: string;
  record: string;
  key_id: string;
  key: string;
  key_version: number;
  dek_id: string;
  kms_key_id: string;
  wrapped_dek: string;
  purpose: string;
  tenant: string;
  fields: Record<string, { context: EncryptionContext; ciphertext: string }>;
};

/** A record's envelopes. Nothing is decrypted. Its wrap leaves with them, and is counted before the answer does. */
export const exportRecord = (
  plane: DataPlane,
  caller: Caller,
  name: RecordName,
  req: string,
): Promise<RecordEnvelope> =>
  accessRecord(plane, caller, { verb: "export", find: findToExport }, name, req, async (stored) => {
    const { tenantId: tenant } = caller;
    const { collection, record } = name;
    const fields = stored.fields.map((field) => {
      const context = { tenant, collection, record, field: field.name };
      return [field.name, { context, ciphertext: encodeBase64(field.ciphertext) }] as const;
    });
    return {
      collection,
      record,
      key_id: stored.keyId,
      key: stored.key,
      key_version: stored.keyVersion,
      dek_id: stored.wrapped.dekId,
      kms_key_id: await cmkKeyIdOf(plane.keeper, tenant, stored.cmkId),
      wrapped_dek: encodeBase64(stored.wrappedDek),
      purpose: stored.key,
      tenant,
      fields: Object.fromEntries(fields),
    };
  });
