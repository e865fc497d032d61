import { setTimeout as sleep } from "node:timers/promises";
import { DomainError } from "#lib/domain/errors.ts";
import { newId } from "#lib/domain/ids.ts";
import type { JobMode, JobView } from "#lib/domain/job.ts";
import { hasEnded } from "#lib/domain/job.ts";
import { makeToken } from "#lib/domain/token.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import type { Changed } from "#lib/services/define-mutation.ts";
import type { TokenScope } from "#lib/domain/permissions.ts";
import { createKey } from "#lib/services/keys/create-key.ts";
import { requestRotation } from "#lib/services/keys/request-rotation.ts";
import { awaitOperation } from "#lib/services/operations/await-operation.ts";
import { getJob } from "#lib/services/rewrap/get-job.ts";
import { startRewrap } from "#lib/services/rewrap/start-rewrap.ts";
import { createTenant } from "#lib/services/tenants/create-tenant.ts";
import { mintToken } from "#lib/services/tokens/mint-token.ts";

export const TENANT = "faults";
const KEY = "default";
const OPERATION_MS = 60_000;

const done = async (ctx: ServiceContext, changed: Changed<unknown>): Promise<void> => {
  const view = await awaitOperation(ctx, changed.operationId ?? "", { timeoutMs: OPERATION_MS });
  if (view.state !== "done")
    throw new Error(`${view.kind} is ${view.state}: ${view.error?.code ?? "no keeper did it"}`);
};

/** The tenant, its key and a token, through the product's own services and the running keeper. */
export const prepareTenant = async (
  ctx: ServiceContext,
  scopes: TokenScope[] = ["records:read", "records:write"],
): Promise<string> => {
  await createTenant(ctx, { slug: TENANT, name: "Faults" });
  await done(ctx, await createKey(ctx, { tenant: TENANT, name: KEY }));
  const { token, prefix, hash } = await makeToken();
  await done(ctx, await mintToken(ctx, { tenant: TENANT, tokenId: newId(), prefix, hash, scopes, days: 1 }));
  return token;
};

/** The next version and a job that leaves nothing under those before it. */
export const beginRound = async (
  ctx: ServiceContext,
  { maxRate, mode = "rewrap" }: { maxRate?: number; mode?: JobMode } = {},
): Promise<string> => {
  await done(ctx, await requestRotation(ctx, { tenant: TENANT, key: KEY }));
  return (await startRewrap(ctx, { tenant: TENANT, key: KEY, maxRate, mode })).result.id;
};

/** Waits until the job is moving DEKs or has ended. */
export const untilMoving = async (ctx: ServiceContext, id: string, withinMs: number): Promise<JobView> => {
  const until = Date.now() + withinMs;
  const before = (await getJob(ctx, { job: id })).processed;
  for (;;) {
    const job = await getJob(ctx, { job: id });
    if (hasEnded(job.status) || (job.status === "running" && job.processed > before)) return job;
    if (Date.now() > until) {
      throw new DomainError(
        "UNAVAILABLE",
        `The job did not go on within ${withinMs / 1000} s: it is ${job.status} at ${job.processed}.`,
      );
    }
    await sleep(50);
  }
};

export const untilEnded = async (ctx: ServiceContext, id: string, withinMs: number): Promise<JobView> => {
  const until = Date.now() + withinMs;
  for (;;) {
    const job = await getJob(ctx, { job: id });
    if (hasEnded(job.status) || Date.now() > until) return job;
    await sleep(200);
  }
};
