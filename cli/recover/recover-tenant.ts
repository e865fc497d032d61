import type { RecoverField, RecoverTenant } from "#db/queries/recover.ts";
import { listRecoverFields, listRecoverVersions } from "#db/queries/recover.ts";
import type { SnapshotTx } from "#db/snapshot.ts";
import { withKeyBytes } from "#lib/crypto/secret-key.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { LocalKms } from "#lib/kms/local.ts";
import { createFieldOpener } from "./open-field.ts";
import { openKeks, type OpenedVersion } from "./open-keks.ts";
import type { Tally } from "./tally.ts";
import type { WriteLines } from "./write-lines.ts";

export type RecoverOptions = {
  kms: LocalKms;
  /** Reveals the KEKs too. */
  keks: boolean;
  write: WriteLines;
  tally: Tally;
  signal: AbortSignal;
};

/** The one place where a KEK leaves the process in clear: somebody asked for exactly that, twice. */
const revealKeks = (versions: readonly OpenedVersion[]): object[] =>
  versions.flatMap(({ keyId, number, kek }) =>
    kek === null
      ? []
      : [
          {
            key_id: keyId,
            version: number,
            kek: withKeyBytes(kek.key, (bytes) => bytes.toString("hex")),
          },
        ],
  );

const reportKeks = (
  tenant: RecoverTenant,
  versions: readonly OpenedVersion[],
  { keks, tally }: RecoverOptions,
): void => {
  for (const version of versions) {
    // A destroyed version opens nothing, and that is how it should be.
    if (version.kek !== null || !keks || version.state === "destroyed") continue;
    tally.fail(`${tenant.slug}: version ${version.number} of the key ${version.name}`, version.fault);
  }
};

/** Opens everything of one tenant, page by page; the next page is read while this one is decrypted. */
export const recoverTenant = async (
  tx: SnapshotTx,
  tenant: RecoverTenant,
  options: RecoverOptions,
): Promise<void> => {
  const { kms, write, tally, signal } = options;
  const versions = await openKeks(kms, tenant, await listRecoverVersions(tx, tenant.id));
  reportKeks(tenant, versions, options);
  if (options.keks) await write(revealKeks(versions));

  const open = createFieldOpener(tenant, versions);
  let lastRecord = "";
  const toLine = (field: RecoverField): object[] => {
    const { recordId, collection, record, name } = field;
    try {
      const value = open(field);
      tally.opened.fields += 1;
      if (recordId !== lastRecord) tally.opened.records += 1;
      lastRecord = recordId;
      return [{ tenant: tenant.slug, collection, record, field: name, value }];
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      tally.fail(`${tenant.slug}: ${JSON.stringify({ collection, record, field: name })}`, error);
      return [];
    }
  };

  let page = await listRecoverFields(tx, tenant.id);
  tally.opened[page.length > 0 ? "tenants" : "emptyTenants"] += 1;
  while (page.length > 0) {
    signal.throwIfAborted();
    const next = listRecoverFields(tx, tenant.id, page.at(-1));
    // Handled where it is awaited; the lines before it may fail first.
    next.catch(() => {});
    await write(page.flatMap(toLine));
    page = await next;
  }
};
