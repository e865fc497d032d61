import type { FastifyReply, FastifyRequest } from "fastify";
import type { Keeper } from "../keeper.ts";

/** One line per request, of fields named here: never a path's ids, a header, a body or a token. */
export const logAnswer = (
  log: Keeper["log"],
  request: FastifyRequest,
  reply: Pick<FastifyReply, "statusCode" | "elapsedTime">,
): void => {
  const caller = request.caller ?? null;
  const line = {
    req: request.id,
    method: request.method,
    route: request.routeOptions.url ?? null,
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime * 10) / 10,
    ...(caller ? { tenant: caller.slug, token: caller.tokenId } : {}),
  };
  if (reply.statusCode >= 500) log.error(line, "answered");
  else log.debug(line, "answered");
};
