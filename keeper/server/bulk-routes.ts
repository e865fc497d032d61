import type { FastifyInstance, FastifyRequest, FastifySchema } from "fastify";
import type { Outcome } from "../bulk/attempt.ts";
import { decryptItems } from "../bulk/decrypt-items.ts";
import { encryptItems } from "../bulk/encrypt-items.ts";
import { rewrapItems } from "../bulk/rewrap-items.ts";
import type { DataPlane } from "../records/data-plane.ts";
import { parseList } from "../records/input.ts";
import type { Caller } from "../tokens/caller.ts";
import { callerOf } from "./authenticate.ts";
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

type Work<T extends object> = (
  plane: DataPlane,
  caller: Caller,
  items: readonly unknown[],
  req: string,
) => Promise<Outcome<T>[]>;

const SCOPE = "crypto:use";
const about = { params: TenantPath, scope: SCOPE };

const ROUTES: Record<string, { work: Work<object>; schema: FastifySchema }> = {
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

const toResult = <T extends object>(outcome: Outcome<T>) =>
  outcome.ok
    ? { ok: true, ...outcome.value }
    : { ok: false, error: { code: outcome.error.code, message: outcome.error.message } };

/** The key service for applications that keep their ciphertext themselves: nothing of it is stored here. */
export const bulkRoutes = (app: FastifyInstance, plane: DataPlane): void => {
  for (const [verb, { work, schema }] of Object.entries(ROUTES)) {
    app.post(
      `/v1/tenants/:tenant/${verb}`,
      { config: { scope: SCOPE }, schema },
      async (request: FastifyRequest) => {
        const items = parseList(request.body, "items");
        const outcomes = await work(plane, callerOf(request), items, request.id);
        return { results: outcomes.map(toResult) };
      },
    );
  }
};
