import { parseQuery } from "#lib/domain/audit-query/parse.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import type { Permission } from "#lib/domain/permissions.ts";
import { isTenantRole } from "#lib/domain/permissions.ts";
import { z } from "#lib/domain/zod.ts";
import type { AnyTx } from "#db/tenant-tx.ts";
import { withOperator, withTenant } from "#db/tenant-tx.ts";
import { authorise, deny } from "../authorise.ts";
import type { ServiceContext } from "../context.ts";
import type { Query } from "../define-query.ts";
import { findTenantOfLog } from "../find-tenant.ts";
import { parseInput } from "../parse-input.ts";

/** The name of the operator's own log where a tenant's slug stands. */
export const GLOBAL = "global";
const ScopeInput = z.object({ tenant: z.string().max(200).optional(), query: z.string().optional() });

/** Whose part of the log is read, and transactions that see no more than that. */
export type LogScope = {
  /** The one tenant whose events these are. */
  tenant: { id: TenantId; slug: string } | null;
  /** The operator's own events alone. */
  operatorOnly: boolean;
  read<T>(run: (tx: AnyTx) => Promise<T>): Promise<T>;
};

/** The one tenant that a query asks for by name, if it asks for exactly one: then nothing more need be seen. */
const tenantOfQuery = (source: string | undefined): string | null => {
  const parsed = parseQuery(source ?? "");
  const [only, ...more] = (parsed.ok && parsed.query.fields.tenant?.any) || [];
  return only && !only.wild && more.length === 0 ? only.text : null;
};

const findNamed = async (ctx: ServiceContext, slug: string, isOfQuery: boolean) => {
  try {
    return await findTenantOfLog(ctx, slug);
  } catch (error) {
    if (!isOfQuery || !(error instanceof DomainError && error.code === "NOT_FOUND")) throw error;
    const sentence = `There is no tenant “${slug.slice(0, 80)}”.`;
    throw new DomainError("INVALID_INPUT", sentence, { fields: { query: [sentence] } });
  }
};

/**
 * The log of the tenant that `raw.tenant` names, or else the one that the query does, the operator's own (`global`), or
 * all of it, which is for the operator's roles alone. A denial is an event.
 */
const openLogScope = async (ctx: ServiceContext, raw: unknown, permission: Permission): Promise<LogScope> => {
  const input = parseInput(ScopeInput, raw);
  const slug = input.tenant || tenantOfQuery(input.query);
  if (!slug || slug === GLOBAL) {
    await authorise(ctx, permission, null);
    if (isTenantRole(ctx.actor.role)) await deny(ctx, permission, null);
    return { tenant: null, operatorOnly: slug === GLOBAL, read: (run) => withOperator(ctx.db, run) };
  }
  // Who may read no log at all is not told which tenants there are.
  if (!input.tenant) await authorise(ctx, permission, null);
  const { id } = await findNamed(ctx, slug, !input.tenant);
  await authorise(ctx, permission, id);
  return { tenant: { id, slug }, operatorOnly: false, read: (run) => withTenant(ctx.db, id, run) };
};

/** A read of the log within the scope that `raw.tenant` or its query names. */
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
