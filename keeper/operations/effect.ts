import type { ClaimedOperation, TenantOperation } from "#db/queries/operation-claim.ts";
import type { OperatorTx, OwnerTx, TenantTx } from "#db/tenant-tx.ts";
import type { Actor, ActorType, EventDraft } from "#lib/domain/audit-catalogue.ts";
import type { OwnerId } from "#lib/domain/ids.ts";
import type { OperationInput, OperatorKind, OwnerKind, TenantKind } from "#lib/domain/operation.ts";
import type { Keeper } from "../keeper.ts";

/** How an effect is confirmed: the change, its outcome and its events, in the transaction that ends the operation. */
export type Confirm<X = TenantTx> = (
  tx: X,
) => Promise<{ outcome: Record<string, unknown>; events: EventDraft[] }>;

export type EffectArgs<K extends TenantKind> = {
  keeper: Keeper;
  operation: TenantOperation;
  input: OperationInput<K>;
};

/** Who asked for it: the actor of the change, as the console or the command line named them. */
export const askedBy = ({ actorType, actorId }: ClaimedOperation): Actor => ({
  type: actorType as ActorType,
  id: actorId,
});

/** An operation's handler: calls to providers first, outside of any transaction; then what to confirm. */
export type Effect<K extends TenantKind> = (args: EffectArgs<K>) => Promise<Confirm>;

/** As `Effect`, for what is of a tenant or of the platform. */
export type OwnerEffect<K extends OwnerKind> = (args: {
  keeper: Keeper;
  operation: ClaimedOperation & { ownerId: OwnerId };
  input: OperationInput<K>;
}) => Promise<Confirm<OwnerTx>>;

/** As `Effect`, for what is of no tenant. */
export type OperatorEffect<K extends OperatorKind> = (args: {
  keeper: Keeper;
  operation: ClaimedOperation;
  input: OperationInput<K>;
}) => Promise<Confirm<OperatorTx>>;
