import type { NewVersion } from "#db/queries/key-version.ts";
import { rowMac } from "#lib/crypto/row-mac.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import type { Keeper } from "../keeper.ts";
import { versionPairs } from "../keys/open-version.ts";

/** A version's row with the MAC over everything it says. */
export const sealVersion = <V extends Omit<NewVersion, "mac"> & { name: string }>(
  keeper: Pick<Keeper, "keyring">,
  tenantId: TenantId,
  version: V,
): V & { mac: Uint8Array } => ({
  ...version,
  mac: rowMac(keeper.keyring, "key_version", versionPairs(tenantId, version), version.blob),
});
