import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Outcome } from "../bulk/attempt.ts";
import { decryptItems } from "../bulk/decrypt-items.ts";
import { encryptItems } from "../bulk/encrypt-items.ts";
import { rewrapItems } from "../bulk/rewrap-items.ts";
import type { DataPlane } from "../records/data-plane.ts";
import { parseList } from "../records/input.ts";
import type { Caller } from "../tokens/caller.ts";
import { callerOf } from "./authenticate.ts";

type Work<T extends object> = (
  plane: DataPlane,
  caller: Caller,
  items: readonly unknown[],
  req: string,
) => Promise<Outcome<T>[]>;

const ROUTES = {
  encrypt: encryptItems,
  decrypt: decryptItems,
  rewrap: rewrapItems,
} as const satisfies Record<string, Work<object>>;

const toResult = <T extends object>(outcome: Outcome<T>) =>
  outcome.ok
    ? { ok: true, ...outcome.value }
    : { ok: false, error: { code: outcome.error.code, message: outcome.error.message } };

/** The key service for applications that keep their ciphertext themselves: nothing of it is stored here. */
export const bulkRoutes = (app: FastifyInstance, plane: DataPlane): void => {
  for (const [verb, work] of Object.entries(ROUTES)) {
    app.post(
      `/v1/tenants/:tenant/${verb}`,
      { config: { scope: "crypto:use" } },
      async (request: FastifyRequest) => {
        const items = parseList(request.body, "items");
        const outcomes = await work(plane, callerOf(request), items, request.id);
        return { results: outcomes.map(toResult) };
      },
    );
  }
};
