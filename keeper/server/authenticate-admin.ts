import type { FastifyRequest, onRequestAsyncHookHandler } from "fastify";
import { DomainError } from "#lib/domain/errors.ts";
import type { Keeper } from "../keeper.ts";
import type { AdminCaller } from "../tokens/caller.ts";
import { verifyAdmin } from "../tokens/verify-admin.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Set by `authenticateAdmin` before an administrator's route runs. */
    admin: AdminCaller | null;
  }
}

/** Lets an administrator's request in before its body is read, by the scope that its route names. */
export const authenticateAdmin =
  (keeper: Keeper): onRequestAsyncHookHandler =>
  async (request) => {
    const { scope } = request.routeOptions.config;
    if (scope === undefined) throw new DomainError("INTERNAL", "A route of administrators names no scope.");
    request.admin = await verifyAdmin(keeper, request.headers.authorization, scope, request.id);
  };

/** The caller of a request that `authenticateAdmin` let in. */
export const adminOf = (request: FastifyRequest): AdminCaller => {
  if (request.admin === null)
    throw new DomainError("INTERNAL", "A route was reached without authentication.");
  return request.admin;
};
