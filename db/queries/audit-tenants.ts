import type { OperatorTx } from "#db/tenant-tx.ts";
import { among } from "./among.ts";

const TENANTS_MAX = 1_000;

/** Tenants whose slug is like one of these patterns. */
export const findTenantsLike = async (
  tx: OperatorTx,
  patterns: readonly string[],
): Promise<{ id: string; slug: string }[]> => tx.sql<{ id: string; slug: string }[]>`
  SELECT id, slug FROM tenant WHERE slug LIKE ANY (${among(patterns)}::text[]) ORDER BY slug LIMIT ${TENANTS_MAX}`;

/** The slugs behind ids. */
export const findTenantsById = async (
  tx: OperatorTx,
  ids: readonly string[],
): Promise<{ id: string; slug: string }[]> => tx.sql<{ id: string; slug: string }[]>`
  SELECT id, slug FROM tenant WHERE id = ANY (${among(ids)}::uuid[])`;

/** Every tenant's slug, also of those that were removed: they keep their logs. */
export const listLogSlugs = async (tx: OperatorTx): Promise<{ id: string; slug: string }[]> =>
  tx.sql<{ id: string; slug: string }[]>`SELECT id, slug FROM tenant`;
