import type { TenantId, TokenId } from "#lib/domain/ids.ts";

/** Who a verified service token speaks for. */
export type Caller = {
  tenantId: TenantId;
  /** The tenant's slug, as it stands in paths. */
  slug: string;
  tokenId: TokenId;
  scopes: readonly string[];
};
