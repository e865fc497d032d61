import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { fastify } from "fastify";
import { DomainError } from "#lib/domain/errors.ts";
import { accessKindOf } from "../foreground/access-kind.ts";
import type { DataPlane } from "../records/data-plane.ts";
import { adminRoutes } from "./admin-routes.ts";
import { attestRoutes } from "./attest-routes.ts";
import { answerBrokenConnection } from "./broken-connection.ts";
import { bulkRoutes } from "./bulk-routes.ts";
import { authenticate } from "./authenticate.ts";
import { authenticateAdmin } from "./authenticate-admin.ts";
import { docsRoutes } from "./docs-routes.ts";
import { errorBody, toAnswer } from "./error-body.ts";
import { healthRoutes } from "./health-routes.ts";
import { parseJsonBody } from "./json-body.ts";
import { logAnswer } from "./log-answer.ts";
import { metricsRoutes, observeAnswers } from "./metrics-routes.ts";
import { collectOpenApi } from "./openapi.ts";
import { recordRoutes } from "./record-routes.ts";
import { newRequestId } from "./request-id.ts";
import { retireRoutes } from "./retire-routes.ts";

export const BODY_BYTES_MAX = 24 * 1024 * 1024;
const PATH_CHARS_MAX = 16 * 1024;
const REQUEST_MS_MAX = 120_000;

const setHeaders = (request: FastifyRequest, reply: FastifyReply): void => {
  reply.header("x-request-id", request.id).header("cache-control", "no-store");
};

/** The HTTP server of the data plane and the health checks, not listening yet. */
export const createApp = (plane: DataPlane): FastifyInstance => {
  const { log, foreground } = plane.keeper;

  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const answer = toAnswer(error);
    if (answer.code === "INTERNAL" || answer.code === "UNAVAILABLE")
      log.error({ err: answer, req: request.id }, "a request failed");
    setHeaders(request, reply);
    if (answer.code === "UNAUTHENTICATED") reply.header("www-authenticate", "Bearer");
    if (answer.retryAfterSeconds !== undefined) reply.header("retry-after", String(answer.retryAfterSeconds));
    // A body that is still on its way is read and thrown away: closing now could cost the client this answer.
    reply.removeHeader("connection");
    void reply.code(answer.status).send(errorBody(answer, request.id));
  };

  const app = fastify({
    // What is logged of a request is said in one place, by name: the framework's own lines hold paths and headers.
    logger: false,
    genReqId: newRequestId,
    requestIdHeader: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    forceCloseConnections: "idle",
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: PATH_CHARS_MAX },
    frameworkErrors: refuse,
    clientErrorHandler: answerBrokenConnection,
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/json",
    { parseAs: "buffer" },
    async (_request: FastifyRequest, body: Buffer) => parseJsonBody(body),
  );
  app.setErrorHandler(refuse);
  app.setNotFoundHandler((request, reply) =>
    refuse(new DomainError("NOT_FOUND", "There is no such path or method: see GET /docs."), request, reply),
  );
  app.addHook("onRequest", async (request, reply) => setHeaders(request, reply));
  // A connection whose last answer is sent while we close would be kept alive by its client for a minute.
  let closing = false;
  app.addHook("preClose", async () => {
    closing = true;
  });
  app.addHook("onSend", async (_request, reply) => {
    if (closing) reply.header("connection", "close");
  });
  app.addHook("onResponse", async (request, reply) => {
    logAnswer(log, request, reply);
    const kind = accessKindOf(request.method, request.routeOptions.url);
    if (kind !== null && reply.statusCode < 400) foreground.note(kind, reply.elapsedTime);
  });

  observeAnswers(app);
  collectOpenApi(app);
  void app.register(async (scope) => {
    scope.decorateRequest("caller", null);
    scope.addHook("onRequest", authenticate(plane.keeper));
    recordRoutes(scope, plane);
    bulkRoutes(scope, plane);
    attestRoutes(scope, plane.keeper);
  });
  void app.register(async (scope) => {
    scope.decorateRequest("admin", null);
    scope.addHook("onRequest", authenticateAdmin(plane.keeper));
    adminRoutes(scope, plane.keeper);
    retireRoutes(scope, plane.keeper);
  });
  void app.register(async (scope) => {
    healthRoutes(scope, plane.keeper);
    metricsRoutes(scope);
    docsRoutes(scope);
  });
  return app;
};
