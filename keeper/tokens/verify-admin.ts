import { DomainError } from "#lib/domain/errors.ts";
import type { AnyTokenScope } from "#lib/domain/permissions.ts";
import { isTenantScope } from "#lib/domain/permissions.ts";
import type { Keeper } from "../keeper.ts";
import { kindOf } from "./bearer.ts";
import type { AdminCaller } from "./caller.ts";
import { holdToLimit } from "./hold-to-limit.ts";
import { reportDenial } from "./report-denial.ts";
import { verifyOperatorToken } from "./verify-operator-token.ts";
import { verifyToken } from "./verify-token.ts";

const callerOf = async (
  keeper: Keeper,
  authorization: string | undefined,
  req: string,
): Promise<AdminCaller> => {
  if (kindOf(authorization) === "oper") return verifyOperatorToken(keeper, authorization, req);
  const { tenantId, slug, ...token } = await verifyToken(keeper, authorization, req);
  return { ...token, tenant: { id: tenantId, slug } };
};

/** Logs that an administrator's token was denied something, in its own log. */
export const reportAdminDenial = (
  keeper: Keeper,
  { tenant, tokenId }: AdminCaller,
  permission: AnyTokenScope,
  target: string,
  req: string,
): Promise<void> =>
  reportDenial(
    keeper,
    { tenantId: tenant?.id ?? null, tokenId },
    (suppressed) => ({
      action: "access.denied",
      target: { type: "tenant", id: target },
      detail: { permission, ...suppressed },
    }),
    req,
  );

/**
 * Whom a token with a scope of administrators speaks for: a service token for its tenant, an operator's for all. What only
 * an operator's token can be given, no service token has, whatever stands in its row.
 *
 * @throws `UNAUTHENTICATED`, `LIMIT_EXCEEDED`, `FORBIDDEN`
 */
export const verifyAdmin = async (
  keeper: Keeper,
  authorization: string | undefined,
  scope: AnyTokenScope,
  req: string,
): Promise<AdminCaller> => {
  const caller = await callerOf(keeper, authorization, req);
  const { tenant, tokenId, rateLimit } = caller;
  if (rateLimit !== null)
    await holdToLimit(keeper, { tenantId: tenant?.id ?? null, tokenId }, rateLimit, req);
  const forTenants = isTenantScope(scope);
  if (caller.scopes.includes(scope) && (tenant === null || forTenants)) return caller;
  await reportAdminDenial(keeper, caller, scope, tenant?.id ?? "all", req);
  const whose = forTenants ? "a token" : "an operator's token";
  throw new DomainError("FORBIDDEN", `This needs ${whose} with the scope ${scope}.`);
};
