import { DomainError } from "#lib/domain/errors.ts";
import type { ActingActor } from "#lib/domain/actor.ts";
import type { EventDraft } from "#lib/domain/audit-catalogue.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";
import type { OperationDraft } from "#lib/domain/operation.ts";
import type { Permission, PlatformPermission } from "#lib/domain/permissions.ts";
import { z } from "#lib/domain/zod.ts";
import { insertOperation } from "#db/queries/operation.ts";
import type { AnyTx, OperatorTx, TenantTx } from "#db/tenant-tx.ts";
import { withOperator, withTenant } from "#db/tenant-tx.ts";
import { writeEvents } from "./audit/write-event.ts";
import { authorise } from "./authorise.ts";
import type { ServiceContext } from "./context.ts";
import { findTenant } from "./find-tenant.ts";
import { parseInput } from "./parse-input.ts";

type Committed<R> = {
  result: R;
  /** What happened, told in the same transaction. A mutation without one does not compile. */
  event: EventDraft;
  /** What a keeper is asked to do about it. */
  operation?: OperationDraft;
  /** The tenant an operator's change is about. */
  tenant?: TenantId;
};

type CommitArgs<X, I> = {
  tx: X;
  input: I;
  actor: ActingActor;
  /** PostgreSQL's instant of this transaction, RFC 3339. */
  now: string;
  /** The id the operation will have, if one is returned. */
  operationId: string;
};

/** What a mutation answers: its result, and the operation to wait for if there is one. */
export type Changed<R> = { result: R; operationId: string | null };

/** A use case that changes something: called with a context and raw input. It tells its permission, for the access matrix. */
export type Mutation<R> = ((ctx: ServiceContext, raw: unknown) => Promise<Changed<R>>) & {
  readonly permission: Permission;
};

const commitIn = async <X extends AnyTx, I, R>(
  tx: X,
  ctx: ServiceContext,
  input: I,
  commit: (args: CommitArgs<X, I>) => Promise<Committed<R>>,
): Promise<Changed<R>> => {
  const operationId = newId();
  const done = await commit({ tx, input, actor: ctx.actor, now: await tx.now(), operationId });
  const [eventId] = await writeEvents(tx, ctx, [done.event], done.tenant);
  if (!done.operation) return { result: done.result, operationId: null };
  if (!eventId) throw new DomainError("INTERNAL", "An operation needs its event.");
  await insertOperation(tx, { ...done.operation, id: operationId, actor: ctx.actor, req: ctx.req, eventId });
  return { result: done.result, operationId };
};

/**
 * A change within one tenant, named by its slug in `raw.tenant`: authorise (a denial is an event), parse, then change,
 * event and operation in one transaction that sees that tenant alone.
 */
export const defineMutation = <S extends z.ZodType, R>(definition: {
  permission: Permission;
  input: S;
  commit: (args: CommitArgs<TenantTx, z.output<S>>) => Promise<Committed<R>>;
}): Mutation<R> => {
  const run = async (ctx: ServiceContext, raw: unknown): Promise<Changed<R>> => {
    const { tenant } = parseInput(z.object({ tenant: z.string().max(200) }), raw);
    const { id } = await findTenant(ctx, tenant);
    await authorise(ctx, definition.permission, id);
    const input = parseInput(definition.input, raw);
    return withTenant(ctx.db, id, (tx) => commitIn(tx, ctx, input, definition.commit));
  };
  return Object.assign(run, { permission: definition.permission });
};

/** A change on the operator's side, of no tenant yet: otherwise as `defineMutation`. */
export const defineOperatorMutation = <S extends z.ZodType, R>(definition: {
  permission: PlatformPermission;
  input: S;
  commit: (args: CommitArgs<OperatorTx, z.output<S>>) => Promise<Committed<R>>;
}): Mutation<R> => {
  const run = async (ctx: ServiceContext, raw: unknown): Promise<Changed<R>> => {
    await authorise(ctx, definition.permission, null);
    const input = parseInput(definition.input, raw);
    return withOperator(ctx.db, (tx) => commitIn(tx, ctx, input, definition.commit));
  };
  return Object.assign(run, { permission: definition.permission });
};
