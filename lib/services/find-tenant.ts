import { notFound } from "#lib/domain/errors.ts";
import { findLoggedTenant, findTenantBySlug } from "#db/queries/tenant.ts";
import type { TenantRow } from "#db/queries/tenant.ts";
import { withOperator } from "#db/tenant-tx.ts";
import type { ServiceContext } from "./context.ts";

/** The tenant of a slug, or `NOT_FOUND`. */
export const findTenant = async (ctx: ServiceContext, slug: string): Promise<TenantRow> => {
  const row = await withOperator(ctx.db, (tx) => findTenantBySlug(tx, slug));
  if (!row) throw notFound("tenant");
  return row;
};

/** The tenant whose log a slug names: a tenant that was removed keeps its log. */
export const findTenantOfLog = async (ctx: ServiceContext, slug: string): Promise<TenantRow> => {
  const row = await withOperator(ctx.db, (tx) => findLoggedTenant(tx, slug));
  if (!row) throw notFound("tenant");
  return row;
};
