import type { FastifyInstance } from "fastify";
import { parseInput } from "#lib/services/parse-input.ts";
import { JOBS_MAX, listJobs } from "../admin/list-jobs.ts";
import { startJobs } from "../admin/start-jobs.ts";
import type { Keeper } from "../keeper.ts";
import { adminOf } from "./authenticate-admin.ts";
import { describeRoute } from "./openapi.ts";
import { JobsAnswer, ListJobsQuery, StartJobsBody } from "./schemas.ts";

const PATH = "/v1/admin/crypto/re-encrypt";
const SCOPE = "crypto:admin";

const START = describeRoute({
  summary: "Start re-encryption.",
  description:
    "Starts a job for each enabled key of a tenant, or of all tenants, and answers those it started.",
  scope: SCOPE,
  body: StartJobsBody,
  response: { 202: JobsAnswer },
});
const LIST = describeRoute({
  summary: "How the jobs stand.",
  description: `The newest ${JOBS_MAX} jobs of a tenant, or of all tenants.`,
  scope: SCOPE,
  querystring: ListJobsQuery,
  response: { 200: JobsAnswer },
});

/** Jobs over a tenant's keys, or over all: claims D23 to D25. */
export const adminRoutes = (app: FastifyInstance, keeper: Keeper): void => {
  const config = { scope: SCOPE } as const;

  app.post(PATH, { config, schema: START }, async (request, reply) => {
    const input = parseInput(StartJobsBody, request.body ?? {});
    const jobs = await startJobs(keeper, adminOf(request), input, request.id);
    return reply.code(202).send({ jobs });
  });

  app.get(PATH, { config, schema: LIST }, async (request) => {
    const { tenant } = parseInput(ListJobsQuery, request.query);
    return { jobs: await listJobs(keeper, adminOf(request), tenant, request.id) };
  });
};
