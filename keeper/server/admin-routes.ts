import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "#lib/domain/zod.ts";
import { parseInput } from "#lib/services/parse-input.ts";
import { listJobs } from "../admin/list-jobs.ts";
import { startJobs } from "../admin/start-jobs.ts";
import type { Keeper } from "../keeper.ts";
import type { AdminCaller } from "../tokens/caller.ts";
import { verifyAdmin } from "../tokens/verify-admin.ts";
import { DomainError } from "#lib/domain/errors.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Set before an administrator's route runs. */
    admin: AdminCaller | null;
  }
}

const PATH = "/v1/admin/crypto/re-encrypt";

export const StartInput = z.strictObject({
  tenant: z.string().max(200).optional(),
  mode: z.enum(["rewrap", "re-encrypt"]).default("re-encrypt"),
});
export const ListInput = z.strictObject({ tenant: z.string().max(200).optional() });

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

  app.post(PATH, async (request, reply) => {
    const input = parseInput(StartInput, request.body ?? {});
    const jobs = await startJobs(keeper, adminOf(request), input, request.id);
    return reply.code(202).send({ jobs });
  });

  app.get(PATH, async (request) => {
    const { tenant } = parseInput(ListInput, request.query);
    return { jobs: await listJobs(keeper, adminOf(request), tenant, request.id) };
  });
};
