import type { TenantOperation } from "#db/queries/operation-claim.ts";
import type { LockedKey, SealedVersion } from "#db/queries/key-version.ts";
import { findVersion, lockKey } from "#db/queries/key-version.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import type { OperationInput } from "#lib/domain/operation.ts";
import type { Keeper } from "../keeper.ts";
import { verifyVersion } from "../keys/open-version.ts";

type Input = OperationInput<"retire-version">;

export const versionChangedMeanwhile = (version: Pick<SealedVersion, "number" | "state">): DomainError =>
  new DomainError(
    "CONFLICT",
    `Somebody else changed version ${version.number} meanwhile: it is ${version.state} now. Look again before you go on.`,
  );

/** A version under its key's lock, still as the asking person saw it. */
export const lockVersionToChange = async (
  tx: TenantTx,
  { keyId, version: number, expectedRev }: Input,
): Promise<{ key: LockedKey; version: SealedVersion }> => {
  const key = await lockKey(tx, keyId);
  const version = key && (await findVersion(tx, keyId, number));
  if (!version) throw notFound("version of the key");
  if (version.rev !== expectedRev) throw versionChangedMeanwhile(version);
  if (key.status === "shredding" || key.status === "shredded")
    throw new DomainError("INVALID_STATE", `The key is ${key.status}: its versions do not change any more.`);
  return { key, version };
};

/** The same before an effect, its row held against its MAC and its newest event. */
export const findVersionToChange = async (
  keeper: Keeper,
  { tenantId, req }: Pick<TenantOperation, "tenantId" | "req">,
  input: Input,
): Promise<{ key: LockedKey; version: SealedVersion }> => {
  const found = await withTenant(keeper.db, tenantId, (tx) => lockVersionToChange(tx, input));
  await verifyVersion(keeper, tenantId, found.version, req);
  return found;
};
