import type { TenantId } from "#lib/domain/ids.ts";
import type { Permission } from "#lib/domain/permissions.ts";
import { z } from "#lib/domain/zod.ts";
import type { AnyTx } from "#db/tenant-tx.ts";
import { withOperator, withTenant } from "#db/tenant-tx.ts";
import { authorise } from "../authorise.ts";
import type { ServiceContext } from "../context.ts";
import type { Query } from "../define-query.ts";
import { findTenantOfLog } from "../find-tenant.ts";
import { parseInput } from "../parse-input.ts";

/** The name of the operator's own log where a tenant's slug stands. */
const GLOBAL = "global";
const ScopeInput = z.object({ tenant: z.string().max(200).optional() });

/** Whose part of the log is read, and transactions that see no more than that. */
export type LogScope = {
  /** The one tenant whose events these are. */
  tenantId: TenantId | null;
  /** The operator's own events alone. */
  operatorOnly: boolean;
  read<T>(run: (tx: AnyTx) => Promise<T>): Promise<T>;
};

/** The log of the tenant that `raw.tenant` names, the operator's own (`global`), or all of it. A denial is an event. */
const openLogScope = async (ctx: ServiceContext, raw: unknown, permission: Permission): Promise<LogScope> => {
  const { tenant } = parseInput(ScopeInput, raw);
  if (tenant === undefined || tenant === "" || tenant === GLOBAL) {
    await authorise(ctx, permission, null);
    return {
      tenantId: null,
      operatorOnly: tenant === GLOBAL,
      read: (run) => withOperator(ctx.db, run),
    };
  }
  const { id } = await findTenantOfLog(ctx, tenant);
  await authorise(ctx, permission, id);
  return { tenantId: id, operatorOnly: false, read: (run) => withTenant(ctx.db, id, run) };
};

/** A read of the log within the scope that `raw.tenant` names. */
export const defineLogQuery = <S extends z.ZodType, R>(definition: {
  permission: Permission;
  input: S;
  read: (args: { ctx: ServiceContext; scope: LogScope; input: z.output<S> }) => Promise<R>;
}): Query<R> => {
  const run = async (ctx: ServiceContext, raw: unknown): Promise<R> => {
    const scope = await openLogScope(ctx, raw, definition.permission);
    return definition.read({ ctx, scope, input: parseInput(definition.input, raw) });
  };
  return Object.assign(run, { permission: definition.permission });
};
