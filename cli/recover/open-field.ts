import type { RecoverField, RecoverTenant } from "#db/queries/recover.ts";
import type { Dek } from "#lib/crypto/dek.ts";
import { decryptField } from "#lib/crypto/envelope.ts";
import { decodeFieldText } from "#lib/crypto/field-text.ts";
import { unwrapDek } from "#lib/crypto/wrapped-dek.ts";
import { decryptFailed } from "#lib/domain/errors.ts";
import type { OpenedVersion } from "./open-keks.ts";

const nameOf = (keyId: string, number: number): string => `${keyId}/${number}`;

/** Opens the fields of one tenant, given in the order of their records: a record's DEK is unwrapped once. */
export const createFieldOpener = (tenant: RecoverTenant, opened: readonly OpenedVersion[]) => {
  const versions = new Map(opened.map((version) => [nameOf(version.keyId, version.number), version]));
  let last: { recordId: string; dek: Dek } | undefined;

  const dekOf = ({ recordId, keyId, keyVersion, wrappedDek }: RecoverField): Dek => {
    if (last?.recordId === recordId) return last.dek;
    if (wrappedDek === null || keyVersion === null) throw decryptFailed("dek_missing");
    const version = versions.get(nameOf(keyId, keyVersion));
    if (!version) throw decryptFailed("version_missing");
    if (version.kek === null) throw version.fault;
    const dek = unwrapDek(version.kek, wrappedDek, { purpose: version.name, tenant: tenant.id });
    last = { recordId, dek };
    return dek;
  };

  /** @throws the `DomainError` of what does not open. */
  return (field: RecoverField): string => {
    const { collection, record, name } = field;
    const context = { tenant: tenant.id, collection, record, field: name };
    return decodeFieldText(decryptField(dekOf(field), context, field.ciphertext));
  };
};
