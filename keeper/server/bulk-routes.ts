import type { FastifyInstance, FastifyRequest, FastifySchema } from "fastify";
import type { Members } from "../bulk/answer-json.ts";
import { answerJson } from "../bulk/answer-json.ts";
import type { Outcome } from "../bulk/attempt.ts";
import type { BatchBody } from "../bulk/batch-body.ts";
import { decryptItems } from "../bulk/decrypt-items.ts";
import { encryptItems } from "../bulk/encrypt-items.ts";
import { rewrapItems } from "../bulk/rewrap-items.ts";
import type { DataPlane } from "../records/data-plane.ts";
import { parseList } from "../records/input.ts";
import type { Caller } from "../tokens/caller.ts";
import { callerOf } from "./authenticate.ts";
import { parseJsonBody } from "./json-body.ts";
import { describeRoute } from "./openapi.ts";
import {
  DecryptAnswer,
  DecryptBody,
  EncryptAnswer,
  EncryptBody,
  RewrapAnswer,
  RewrapBody,
  TenantPath,
} from "./schemas.ts";

type Work = (plane: DataPlane, caller: Caller, body: BatchBody, req: string) => Promise<Outcome<Members>[]>;
type Body = { bytes: Buffer; json: unknown };

const SCOPE = "crypto:use";
const about = { params: TenantPath, scope: SCOPE };

const ROUTES: Record<string, { work: Work; schema: FastifySchema }> = {
  encrypt: {
    work: encryptItems,
    schema: describeRoute({
      ...about,
      summary: "Encrypt values that the application stores.",
      description:
        "Each item gets a DEK of its own. A bad item fails alone. Wraps that leave are counted on their version.",
      body: EncryptBody,
      response: { 200: EncryptAnswer },
    }),
  },
  decrypt: {
    work: decryptItems,
    schema: describeRoute({
      ...about,
      summary: "Decrypt what `encrypt` made.",
      description: "Collection, record, field and context must be those it was encrypted under.",
      body: DecryptBody,
      response: { 200: DecryptAnswer },
    }),
  },
  rewrap: {
    work: rewrapItems,
    schema: describeRoute({
      ...about,
      summary: "Move wrapped DEKs to their key's current version.",
      description:
        "The same DEK, the ciphertext untouched. `changed` is false for one that is current already.",
      body: RewrapBody,
      response: { 200: RewrapAnswer },
    }),
  },
};

/** The key service for applications that keep their ciphertext themselves: nothing of it is stored here. */
export const bulkRoutes = (app: FastifyInstance, plane: DataPlane): void => {
  void app.register(async (scope) => {
    // The bytes stay beside what they say: a thread gets them.
    scope.removeContentTypeParser("application/json");
    scope.addContentTypeParser(
      "application/json",
      { parseAs: "buffer" },
      async (_request: FastifyRequest, bytes: Buffer): Promise<Body> => ({
        bytes,
        json: parseJsonBody(bytes),
      }),
    );
    for (const [verb, { work, schema }] of Object.entries(ROUTES)) {
      scope.post(
        `/v1/tenants/:tenant/${verb}`,
        { config: { scope: SCOPE }, schema },
        async (request: FastifyRequest, reply) => {
          const body = request.body as Body | undefined;
          const items = parseList(body?.json, "items");
          const { bytes } = body as Body;
          const outcomes = await work(plane, callerOf(request), { items, bytes }, request.id);
          return reply.type("application/json; charset=utf-8").send(answerJson(outcomes));
        },
      );
    }
  });
};
