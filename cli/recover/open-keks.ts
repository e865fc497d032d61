import type { RecoverTenant, RecoverVersion } from "#db/queries/recover.ts";
import type { Kek } from "#lib/crypto/kek.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { LocalKms } from "#lib/kms/local.ts";
import { unwrapKek } from "#lib/kms/wrap-kek.ts";

/** One version of a key: its KEK, or why it does not open. The name is bound into every wrap. */
export type OpenedVersion = Pick<RecoverVersion, "keyId" | "name" | "number" | "state"> &
  ({ kek: Kek } | { kek: null; fault: DomainError });

const open = async (kms: LocalKms, tenant: RecoverTenant, version: RecoverVersion): Promise<Kek> => {
  if (version.provider !== "local") {
    throw new DomainError(
      "KMS_UNAVAILABLE",
      `The CMK is at ${version.provider}, not in files: it opens nothing offline.`,
    );
  }
  return unwrapKek(kms.cmk(version.cmkId), version, {
    tenant: tenant.id,
    key: version.keyId,
    purpose: version.name,
    version: version.number,
  });
};

/**
 * Opens versions of keys, each once. States are not asked: suspended and compromised versions open too, because a
 * recovery wants the data back, and whoever holds the database, the CMK files and the root key has it anyway.
 */
export const openKeks = (
  kms: LocalKms,
  tenant: RecoverTenant,
  versions: readonly RecoverVersion[],
): Promise<OpenedVersion[]> =>
  Promise.all(
    versions.map(async (version) => {
      const { keyId, name, number, state } = version;
      try {
        return { keyId, name, number, state, kek: await open(kms, tenant, version) };
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        return { keyId, name, number, state, kek: null, fault: error };
      }
    }),
  );
