import type { FastifyInstance } from "fastify";
import type { ApiDocument } from "./docs-page.ts";
import { DOCS_HEADERS, renderDocs } from "./docs-page.ts";

/** What this server answers, told to programs and to people. It names no tenant and holds no secret. */
export const docsRoutes = (app: FastifyInstance): void => {
  app.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
  app.get("/docs", { schema: { hide: true } }, async (_request, reply) =>
    reply
      .headers(DOCS_HEADERS)
      .type("text/html; charset=utf-8")
      .send(renderDocs(app.swagger() as unknown as ApiDocument)),
  );
};
