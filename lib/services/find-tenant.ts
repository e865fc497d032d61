import { notFound } from "#lib/domain/errors.ts";
import { findTenantBySlug } from "#db/queries/tenant.ts";
import type { TenantRow } from "#db/queries/tenant.ts";
import { withOperator } from "#db/tenant-tx.ts";
import type { ServiceContext } from "./context.ts";

/** The tenant of a slug, or `NOT_FOUND`. */
export const findTenant = async (ctx: ServiceContext, slug: string): Promise<TenantRow> => {
  const row = await withOperator(ctx.db, (tx) => findTenantBySlug(tx, slug));
  if (!row) throw notFound("tenant");
  return row;
};
