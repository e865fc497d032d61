import type { ActingActor } from "#lib/domain/actor.ts";
import type { Permission, PlatformPermission } from "#lib/domain/permissions.ts";
import { z } from "#lib/domain/zod.ts";
import type { TenantRow } from "#db/queries/tenant.ts";
import type { OperatorTx, TenantTx } from "#db/tenant-tx.ts";
import { withOperator, withTenant } from "#db/tenant-tx.ts";
import { authorise } from "./authorise.ts";
import type { ServiceContext } from "./context.ts";
import { findTenant } from "./find-tenant.ts";
import { parseInput } from "./parse-input.ts";

/** A use case that reads. It tells its permission, for the access matrix. */
export type Query<R> = ((ctx: ServiceContext, raw: unknown) => Promise<R>) & {
  readonly permission: Permission;
};

/** A read within one tenant, named by its slug in `raw.tenant`, in a transaction that sees that tenant alone. */
export const defineQuery = <S extends z.ZodType, R>(definition: {
  permission: Permission;
  input: S;
  read: (args: { tx: TenantTx; input: z.output<S>; tenant: TenantRow }) => Promise<R>;
}): Query<R> => {
  const run = async (ctx: ServiceContext, raw: unknown): Promise<R> => {
    const { tenant: slug } = parseInput(z.object({ tenant: z.string().max(200) }), raw);
    const tenant = await findTenant(ctx, slug);
    await authorise(ctx, definition.permission, tenant.id);
    const input = parseInput(definition.input, raw);
    return withTenant(ctx.db, tenant.id, (tx) => definition.read({ tx, input, tenant }));
  };
  return Object.assign(run, { permission: definition.permission });
};

/** A read over all tenants, for the operator's roles alone. */
export const defineOperatorQuery = <S extends z.ZodType, R>(definition: {
  permission: PlatformPermission;
  input: S;
  read: (args: { tx: OperatorTx; input: z.output<S>; actor: ActingActor }) => Promise<R>;
}): Query<R> => {
  const run = async (ctx: ServiceContext, raw: unknown): Promise<R> => {
    await authorise(ctx, definition.permission, null);
    const input = parseInput(definition.input, raw);
    return withOperator(ctx.db, (tx) => definition.read({ tx, input, actor: ctx.actor }));
  };
  return Object.assign(run, { permission: definition.permission });
};
