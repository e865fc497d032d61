import type { ProviderVersion } from "#lib/domain/preflight.ts";
import type { CmkDescription } from "#lib/kms/port.ts";

const VERSIONS_MAX = 100;

/** The CMK's versions as the provider lists them, the newest of very many. */
export const toProviderVersions = ({ versions, currentVersion }: CmkDescription): ProviderVersion[] =>
  versions.slice(-VERSIONS_MAX).map(({ ref, health, createdAt }) => ({
    version: ref.version,
    health,
    createdAt: createdAt?.toISOString() ?? null,
    current: ref.version === currentVersion,
  }));
