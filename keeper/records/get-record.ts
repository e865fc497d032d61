import type { RecordName, StoredRecord } from "#db/queries/record.ts";
import { findRecord } from "#db/queries/record.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { decryptField } from "#lib/crypto/envelope.ts";
import { decodeFieldText } from "#lib/crypto/field-text.ts";
import { holdKeyBytes } from "#lib/crypto/secret-key.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { admitCompromisedRead } from "../access/admit-compromised-read.ts";
import type { Keeper } from "../keeper.ts";
import type { Caller } from "../tokens/caller.ts";
import { accessRecord } from "./access-record.ts";
import type { DataPlane } from "./data-plane.ts";
import { openDek } from "./open-record.ts";

const findToRead = ({ db }: Keeper, tenantId: TenantId, name: RecordName): Promise<StoredRecord | null> =>
  withTenant(db, tenantId, (tx) => findRecord(tx, name));

/** A record's values, decrypted. One field that does not open fails them all. */
export const getRecord = (
  plane: DataPlane,
  caller: Caller,
  name: RecordName,
  req: string,
): Promise<{ fields: Record<string, string> }> =>
  accessRecord(plane, caller, { verb: "read", find: findToRead }, name, req, async (stored) => {
    const { tenantId: tenant } = caller;
    const { collection, record } = name;
    if (stored.keyState === "compromised") {
      const { keyId, key, keyVersion: version } = stored;
      await admitCompromisedRead(plane.keeper, caller, { keyId, key, version, collection }, req);
    }
    const dek = await openDek(plane.keeper, tenant, stored, req);
    const values = holdKeyBytes(dek.key, () =>
      stored.fields.map((field) => {
        const context = { tenant, collection, record, field: field.name };
        return [field.name, decodeFieldText(decryptField(dek, context, field.ciphertext))] as const;
      }),
    );
    return { fields: Object.fromEntries(values) };
  });
