import type { AccessLogMode } from "#lib/domain/access-log.ts";
import type { TenantId, TokenId } from "#lib/domain/ids.ts";

/** Who a verified service token speaks for. */
export type Caller = {
  tenantId: TenantId;
  /** The tenant's slug, as it stands in paths. */
  slug: string;
  tokenId: TokenId;
  scopes: readonly string[];
  /** The most requests a second that its token may send; null for as many as it likes. */
  rateLimit: number | null;
  /** How its tenant has access logged: in windows, or each request by itself. */
  accessLog: AccessLogMode;
  /** The request that it made. */
  req: string;
};

/** Who an administrator's token speaks for: a tenant, or the operator over all of them. */
export type AdminCaller = {
  tenant: { id: TenantId; slug: string } | null;
  tokenId: TokenId;
  scopes: readonly string[];
  rateLimit: number | null;
};
