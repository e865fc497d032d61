import type { FastifyRequest, onRequestAsyncHookHandler } from "fastify";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import { slug } from "#lib/domain/ids.ts";
import type { AnyTokenScope } from "#lib/domain/permissions.ts";
import type { Keeper } from "../keeper.ts";
import type { Caller } from "../tokens/caller.ts";
import { holdToLimit } from "../tokens/hold-to-limit.ts";
import { reportDenial } from "../tokens/report-denial.ts";
import { verifyToken } from "../tokens/verify-token.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Set by `authenticate` before a route's handler runs. */
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /** The scope that a route asks for, where its method does not say it. */
    scope?: AnyTokenScope;
  }
}

const tenantOf = (request: FastifyRequest): string => (request.params as { tenant: string }).tenant;

const scopeOf = (request: FastifyRequest): AnyTokenScope => {
  const { scope } = request.routeOptions.config;
  if (scope) return scope;
  if (request.method !== "GET") return "records:write";
  return (request.query as { form?: unknown }).form === undefined ? "records:read" : "records:export";
};

/**
 * Lets a request in before its body is read: a valid token, within its limit, of the tenant in the path, with the scope. A tenant that is
 * not there and one that is somebody else's are told in the same words; both attempts stand in the token's own log.
 */
export const authenticate =
  (keeper: Keeper): onRequestAsyncHookHandler =>
  async (request) => {
    const caller = await verifyToken(keeper, request.headers.authorization, request.id);
    request.caller = caller;
    if (caller.rateLimit !== null) await holdToLimit(keeper, caller, caller.rateLimit, request.id);
    const permission = scopeOf(request);
    const deny = (target: string): Promise<void> =>
      reportDenial(
        keeper,
        caller,
        (suppressed) => ({
          action: "access.denied",
          target: { type: "tenant", id: target },
          detail: { permission, ...suppressed },
        }),
        request.id,
      );
    const asked = tenantOf(request);
    if (asked !== caller.slug) {
      // A path is whatever somebody typed: only what has the form of a slug is copied into the log.
      await deny(slug.safeParse(asked).success ? asked : "unknown");
      throw notFound("tenant");
    }
    if (!caller.scopes.includes(permission)) {
      await deny(caller.tenantId);
      throw new DomainError("FORBIDDEN", `This needs a token with the scope ${permission}.`);
    }
  };

/** The caller of a request that `authenticate` let in. */
export const callerOf = (request: FastifyRequest): Caller => {
  if (request.caller === null)
    throw new DomainError("INTERNAL", "A route was reached without authentication.");
  return request.caller;
};
