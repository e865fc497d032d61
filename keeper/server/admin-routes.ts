import type { FastifyInstance, FastifyRequest } from "fastify";
import { parseInput } from "#lib/services/parse-input.ts";
import { JOBS_MAX, listJobs } from "../admin/list-jobs.ts";
import { startJobs } from "../admin/start-jobs.ts";
import type { Keeper } from "../keeper.ts";
import type { AdminCaller } from "../tokens/caller.ts";
import { verifyAdmin } from "../tokens/verify-admin.ts";
import { describeRoute } from "./openapi.ts";
import { JobsAnswer, ListJobsQuery, StartJobsBody } from "./schemas.ts";
import { DomainError } from "#lib/domain/errors.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Set before an administrator's route runs. */
    admin: AdminCaller | null;
  }
}

const PATH = "/v1/admin/crypto/re-encrypt";

const START = describeRoute({
  summary: "Start re-encryption.",
  description:
    "Starts a job for each enabled key of a tenant, or of all tenants, and answers those it started.",
  scope: "crypto:admin",
  body: StartJobsBody,
  response: { 202: JobsAnswer },
});
const LIST = describeRoute({
  summary: "How the jobs stand.",
  description: `The newest ${JOBS_MAX} jobs of a tenant, or of all tenants.`,
  scope: "crypto:admin",
  querystring: ListJobsQuery,
  response: { 200: JobsAnswer },
});

const adminOf = (request: FastifyRequest): AdminCaller => {
  if (request.admin === null)
    throw new DomainError("INTERNAL", "A route was reached without authentication.");
  return request.admin;
};

/** Jobs over a tenant's keys, or over all: claims D23 to D25. */
export const adminRoutes = (app: FastifyInstance, keeper: Keeper): void => {
  app.decorateRequest("admin", null);
  app.addHook("onRequest", async (request) => {
    request.admin = await verifyAdmin(keeper, request.headers.authorization, request.id);
  });

  app.post(PATH, { schema: START }, async (request, reply) => {
    const input = parseInput(StartJobsBody, request.body ?? {});
    const jobs = await startJobs(keeper, adminOf(request), input, request.id);
    return reply.code(202).send({ jobs });
  });

  app.get(PATH, { schema: LIST }, async (request) => {
    const { tenant } = parseInput(ListJobsQuery, request.query);
    return { jobs: await listJobs(keeper, adminOf(request), tenant, request.id) };
  });
};
