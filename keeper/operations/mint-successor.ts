import type { TenantOperation } from "#db/queries/operation-claim.ts";
import type { LockedKey, NewVersion } from "#db/queries/key-version.ts";
import type { Keeper } from "../keeper.ts";
import { mintKek } from "./mint-kek.ts";
import { sealVersion } from "./seal-version.ts";

/** The next version of a key, as its row will be: active and current. One KMS call. */
export const mintSuccessor = async (
  keeper: Keeper,
  { tenantId, req }: Pick<TenantOperation, "tenantId" | "req">,
  key: Pick<LockedKey, "name" | "newest"> & { keyId: NewVersion["keyId"] },
): Promise<NewVersion> => {
  const { keyId, name } = key;
  const number = key.newest + 1;
  const wrapped = await mintKek(keeper, tenantId, { keyId, name, number }, req);
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
