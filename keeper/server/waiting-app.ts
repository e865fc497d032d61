import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { DomainError } from "#lib/domain/errors.ts";
import type { CryptoHealth } from "#lib/domain/health.ts";
import { errorBody } from "./error-body.ts";
import { newRequestId } from "./request-id.ts";

const RETRY_AFTER_SECONDS = 5;

/** What a keeper answers whose platform key does not open: alive, not ready, and for everything else to come back later. */
export const createWaitingApp = (health: () => Promise<CryptoHealth>): FastifyInstance => {
  const app = fastify({
    logger: false,
    genReqId: newRequestId,
    requestIdHeader: false,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
  });
  app.addHook("onRequest", async (request, reply) => {
    reply
      .header("x-request-id", request.id)
      .header("cache-control", "no-store")
      .header("connection", "close");
  });
  const unavailable = new DomainError(
    "UNAVAILABLE",
    "The platform key does not answer, so nothing can be encrypted or decrypted. Try again later.",
    { retryAfterSeconds: RETRY_AFTER_SECONDS },
  );
  app.get("/healthz", async () => ({ status: "alive" }));
  app.get("/readyz", async (_request, reply) => reply.code(503).send({ status: "not ready" }));
  app.get("/health/crypto", async (_request, reply) => reply.code(503).send(await health()));
  const refuse = (request: FastifyRequest, reply: FastifyReply) =>
    reply
      .code(unavailable.status)
      .header("retry-after", String(RETRY_AFTER_SECONDS))
      .send(errorBody(unavailable, request.id));
  app.setNotFoundHandler(refuse);
  app.setErrorHandler((_error, request, reply) => refuse(request, reply));
  return app;
};
