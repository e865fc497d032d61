import type { FastifyInstance } from "fastify";
import { parseInput } from "#lib/services/parse-input.ts";
import { attestWraps, findIssued } from "../admin/attest-wraps.ts";
import type { Keeper } from "../keeper.ts";
import { callerOf } from "./authenticate.ts";
import { describeRoute } from "./openapi.ts";
import { AttestAnswer, AttestBody, AttestQuery, AttestStanding, TenantPath } from "./schemas.ts";

const PATH = "/v1/tenants/:tenant/attest";
// Whoever may encrypt and decrypt may not take away at once all that holds a version.
const SCOPE = "crypto:admin";
const about = { params: TenantPath, scope: SCOPE };

const LOOK = describeRoute({
  ...about,
  summary: "How many wraps are outside under a version.",
  description: "Counted over all applications of the tenant.",
  querystring: AttestQuery,
  response: { 200: AttestStanding },
});
const ATTEST = describeRoute({
  ...about,
  summary: "Attest that no wrap is left outside under a version.",
  description:
    "Of a version that is deactivated or compromised, and for all applications of the tenant: what one of them still keeps under it never opens again once it is retired.",
  body: AttestBody,
  response: { 200: AttestAnswer },
});

/** The word of an application that it keeps nothing under a version any more, which the retire gate waits for. */
export const attestRoutes = (app: FastifyInstance, keeper: Keeper): void => {
  const config = { scope: SCOPE } as const;

  app.get(PATH, { config, schema: LOOK }, async (request) =>
    findIssued(keeper, callerOf(request), parseInput(AttestQuery, request.query)),
  );

  app.post(PATH, { config, schema: ATTEST }, async (request) => {
    const input = parseInput(AttestBody, request.body ?? {});
    return attestWraps(keeper, callerOf(request), input, request.id);
  });
};
