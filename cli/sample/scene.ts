import { DomainError, ERROR_CODES, type ErrorCode } from "#lib/domain/errors.ts";
import { newId } from "#lib/domain/ids.ts";
import type { TokenScope } from "#lib/domain/permissions.ts";
import { makeToken } from "#lib/domain/token.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import type { Changed } from "#lib/services/define-mutation.ts";
import { awaitOperation } from "#lib/services/operations/await-operation.ts";
import { getSample } from "#lib/services/sample/get-sample.ts";
import { mintToken } from "#lib/services/tokens/mint-token.ts";
import type { Application } from "./application.ts";
import { SAMPLE_TENANTS } from "./plan.ts";

const OPERATION_MS = 120_000;
const TOKEN_DAYS = 7;

/** What the steps of the loader share. */
export type Scene = {
  ctx: ServiceContext;
  signal: AbortSignal;
  /** Waits for what a mutation asked of a keeper. */
  settle(changed: Changed<unknown>): Promise<void>;
  slugOf(tenant: number): Promise<string>;
  /** The application of a tenant that writes its records; its token is made when first asked for. */
  writer(tenant: number): Promise<Application>;
  /** An application with a token of its own. */
  application(tenant: number, scopes: readonly TokenScope[]): Promise<Application & { tokenId: string }>;
};

const codeOf = (code: string): ErrorCode =>
  Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : "INTERNAL";

export const createScene = (ctx: ServiceContext, url: string, signal: AbortSignal): Scene => {
  const writers = new Map<number, Promise<Application>>();
  const scene: Scene = {
    ctx,
    signal,
    settle: async ({ operationId }) => {
      if (operationId === null) return;
      const { state, error } = await awaitOperation(ctx, operationId, { timeoutMs: OPERATION_MS });
      signal.throwIfAborted();
      if (state === "done") return;
      throw error
        ? new DomainError(codeOf(error.code), error.message)
        : new DomainError("UNAVAILABLE", "No keeper does what the sample needs.");
    },
    slugOf: async (tenant) => {
      const { sample } = await getSample(ctx, {});
      const name = SAMPLE_TENANTS[tenant]?.name;
      const found = sample?.tenants.find((one) => one.name === name);
      if (!found) throw new DomainError("NOT_FOUND", `The sample tenant ${name} is not there.`);
      return found.slug;
    },
    application: async (tenant, scopes) => {
      const slug = await scene.slugOf(tenant);
      const { token, prefix, hash } = await makeToken();
      const tokenId = newId();
      const input = { tenant: slug, tokenId, prefix, hash, scopes: [...scopes], days: TOKEN_DAYS };
      await scene.settle(await mintToken(ctx, input));
      return { url, slug, token, tokenId, signal };
    },
    writer: (tenant) => {
      const made = writers.get(tenant) ?? scene.application(tenant, ["records:read", "records:write"]);
      writers.set(tenant, made);
      return made;
    },
  };
  return scene;
};
