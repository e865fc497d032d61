import { DomainError } from "#lib/domain/errors.ts";
import type { LocalKms } from "#lib/kms/local.ts";
import type { KmsAdapter, KmsProvider } from "#lib/kms/port.ts";
import { PROVIDER_NAMES } from "#lib/kms/settings/provider-name.ts";
import type { Roots } from "./open-roots.ts";

/** Where the platform CMK is, and how it is come by. */
export type PlatformKey = {
  provider: KmsProvider;
  /** Makes the CMK of a first start, where Keyfold makes it. */
  create(cmkId: string): Promise<void>;
  cmk(cmkId: string): KmsAdapter;
  /** Refuses a platform CMK on record that is not the one of the settings. */
  refuseOther(row: { provider: string; providerKeyId: string }): void;
  /** The local provider's files and roots; null where a provider holds the CMK. */
  local: { kms: LocalKms; roots: Roots } | null;
};

/** What somebody may have wanted, and how it is done. */
const INSTEAD =
  "What is wrapped by the one cannot be opened by the other. Tenants' keys are moved to another KMS while Keyfold runs: keyfold connection create --platform, then keyfold key move.";

const nameOf = (provider: string): string =>
  PROVIDER_NAMES[provider as KmsProvider] ?? `the provider "${provider}"`;

const refuseProvider = (row: { provider: string }, provider: KmsProvider): void => {
  if (row.provider === provider) return;
  throw new DomainError(
    "INVALID_STATE",
    `The platform key of this deployment is at ${nameOf(row.provider)}, and the settings say ${PROVIDER_NAMES[provider]}: set ENCRYPTION_PROVIDER back. ${INSTEAD}`,
  );
};

/** The platform CMK as a file under the root key. */
export const localPlatformKey = (kms: LocalKms, roots: Roots): PlatformKey => ({
  provider: "local",
  create: kms.createCmk,
  cmk: kms.cmk,
  refuseOther: (row) => refuseProvider(row, "local"),
  local: { kms, roots },
});

/** The platform CMK at its provider, as `setting` names it. */
export const remotePlatformKey = (adapter: KmsAdapter, setting: string): PlatformKey => ({
  provider: adapter.provider,
  create: async () => {},
  cmk: () => adapter,
  refuseOther: (row) => {
    refuseProvider(row, adapter.provider);
    if (row.providerKeyId === adapter.keyId) return;
    throw new DomainError(
      "INVALID_STATE",
      `The platform key of this deployment is ${row.providerKeyId}, and ${setting} names ${adapter.keyId}: set it back. ${INSTEAD}`,
    );
  },
  local: null,
});
