import type { FastifyInstance } from "fastify";
import { parseInput } from "#lib/services/parse-input.ts";
import { findRetireHolds } from "../admin/find-retire-holds.ts";
import { retireAndWait } from "../admin/retire-and-wait.ts";
import type { Keeper } from "../keeper.ts";
import { adminOf } from "./authenticate-admin.ts";
import { describeRoute } from "./openapi.ts";
import { RetireAccepted, RetireAnswer, RetireBody, RetireQuery, RetireStanding } from "./schemas.ts";

const PATH = "/v1/admin/crypto/retire";
// Whoever may re-encrypt may not destroy.
const SCOPE = "keys:retire";

const LOOK = describeRoute({
  summary: "What still holds a version.",
  description: "Every reason why it may not be destroyed yet, counted now. For an operator's token.",
  scope: SCOPE,
  querystring: RetireQuery,
  response: { 200: RetireStanding },
});
const RETIRE = describeRoute({
  summary: "Retire a version: destroy its wrapped KEK.",
  description:
    "Cannot be undone. Refused with every reason while something holds the version: APPROVAL_REQUIRED when all of it is data that two people could accept to lose, INVALID_STATE otherwise. VERSION_RETIRED when it was done before. For an operator's token.",
  scope: SCOPE,
  body: RetireBody,
  response: { 200: RetireAnswer, 202: RetireAccepted },
});

/** The last step of a rotation, for programs: the gate is the same as for people. */
export const retireRoutes = (app: FastifyInstance, keeper: Keeper): void => {
  const config = { scope: SCOPE } as const;

  app.get(PATH, { config, schema: LOOK }, async (request) =>
    findRetireHolds(keeper, adminOf(request), parseInput(RetireQuery, request.query), request.id),
  );

  app.post(PATH, { config, schema: RETIRE }, async (request, reply) => {
    const input = parseInput(RetireBody, request.body ?? {});
    const answer = await retireAndWait(keeper, adminOf(request), input, request.id);
    return reply.code("state" in answer ? 200 : 202).send(answer);
  });
};
