import type { OwnerTx } from "#db/tenant-tx.ts";
import { asPlatform, withOperator, withTenant } from "#db/tenant-tx.ts";
import type { DeploymentId, OwnerId, TenantId } from "#lib/domain/ids.ts";
import type { Keeper } from "../keeper.ts";

const isPlatform = (keeper: Pick<Keeper, "deploymentId">, ownerId: OwnerId): ownerId is DeploymentId =>
  ownerId === keeper.deploymentId;

/** Runs a transaction about the connections of an owner: as the tenant, or as the operator for the platform's own. */
export const withOwner = <T>(
  keeper: Pick<Keeper, "db" | "deploymentId">,
  ownerId: OwnerId,
  run: (tx: OwnerTx) => Promise<T>,
): Promise<T> =>
  isPlatform(keeper, ownerId)
    ? withOperator(keeper.db, (tx) => run(asPlatform(tx, ownerId)))
    : withTenant(keeper.db, ownerId as TenantId, run);
