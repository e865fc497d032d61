import type { TenantOperation } from "#db/queries/operation-claim.ts";
import type { LockedKey, NewVersion } from "#db/queries/key-version.ts";
import type { Keeper } from "../keeper.ts";
import { mintKek } from "./mint-kek.ts";
import { sealVersion } from "./seal-version.ts";

/** The next version of a key, under the same CMK, as its row will be: active and current. One KMS call. */
export const mintSuccessor = async (
  keeper: Keeper,
  { tenantId, req }: Pick<TenantOperation, "tenantId" | "req">,
  key: Pick<LockedKey, "name" | "newest"> & Pick<NewVersion, "keyId" | "cmkId">,
): Promise<NewVersion> => {
  const { keyId, name, cmkId } = key;
  const number = key.newest + 1;
  const wrapped = await mintKek(keeper, tenantId, { keyId, name, number }, cmkId, req);
  const { name: _, ...version } = sealVersion(keeper, tenantId, {
    ...wrapped,
    keyId,
    name,
    number,
    state: "active" as const,
    current: true,
    rev: 1,
  });
  return version;
};
