import { DomainError } from "#lib/domain/errors.ts";
import type { Keeper } from "../keeper.ts";
import { kindOf } from "./bearer.ts";
import type { AdminCaller } from "./caller.ts";
import { holdToLimit } from "./hold-to-limit.ts";
import { reportDenial } from "./report-denial.ts";
import { verifyOperatorToken } from "./verify-operator-token.ts";
import { verifyToken } from "./verify-token.ts";

const SCOPE = "crypto:admin";

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
  target: string,
  req: string,
): Promise<void> =>
  reportDenial(
    keeper,
    { tenantId: tenant?.id ?? null, tokenId },
    (suppressed) => ({
      action: "access.denied",
      target: { type: "tenant", id: target },
      detail: { permission: SCOPE, ...suppressed },
    }),
    req,
  );

/**
 * Whom a token with the scope `crypto:admin` speaks for: a service token for its tenant, an operator's for all.
 *
 * @throws `UNAUTHENTICATED`, `LIMIT_EXCEEDED`, `FORBIDDEN`
 */
export const verifyAdmin = async (
  keeper: Keeper,
  authorization: string | undefined,
  req: string,
): Promise<AdminCaller> => {
  const caller = await callerOf(keeper, authorization, req);
  const { tenant, tokenId, rateLimit } = caller;
  if (rateLimit !== null)
    await holdToLimit(keeper, { tenantId: tenant?.id ?? null, tokenId }, rateLimit, req);
  if (caller.scopes.includes(SCOPE)) return caller;
  await reportAdminDenial(keeper, caller, caller.tenant?.id ?? "all", req);
  throw new DomainError("FORBIDDEN", `This needs a token with the scope ${SCOPE}.`);
};
