import { listEnabledKeys } from "#db/queries/enabled-keys.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { DomainError, type ErrorCode } from "#lib/domain/errors.ts";
import { type Job, toJob } from "#lib/domain/job.ts";
import { findTenant } from "#lib/services/find-tenant.ts";
import { getJob } from "#lib/services/rewrap/get-job.ts";
import { startRewrap } from "#lib/services/rewrap/start-rewrap.ts";
import type { Keeper } from "../keeper.ts";
import type { AdminCaller } from "../tokens/caller.ts";
import { adminContext, tenantInScope } from "./job-scope.ts";

/** What may be asked for: which tenant's keys, and what is done with their data. */
export type StartJobs = { tenant?: string | undefined; mode: Job["mode"] };

/** What keeps one key from being worked on now, and no other. */
const OF_ONE_KEY: ReadonlySet<string> = new Set<ErrorCode>([
  "CONFLICT",
  "INVALID_STATE",
  "KEY_MISSING",
  "NOT_FOUND",
]);

/**
 * Starts a job for every enabled key of a tenant, or of all, and returns those it started. A key whose job has not ended
 * keeps it, and one that cannot be worked on as asked stops no other.
 *
 * @throws when it started none: what the first key was refused with, such as `CONFLICT` for one that has a job already;
 *   `KEY_MISSING` when a tenant has no key that is enabled.
 */
export const startJobs = async (
  keeper: Keeper,
  caller: AdminCaller,
  { tenant: asked, mode }: StartJobs,
  req: string,
): Promise<Job[]> => {
  const tenant = await tenantInScope(keeper, caller, asked, req);
  const ctx = adminContext(keeper, caller, req);
  const tenantId = tenant === null ? null : (await findTenant(ctx, tenant)).id;
  const keys = await withOperator(keeper.db, (tx) => listEnabledKeys(tx, tenantId));
  if (tenant !== null && keys.length === 0)
    throw new DomainError("KEY_MISSING", `The tenant ${tenant} has no key that is enabled.`);
  const jobs: Job[] = [];
  let refused: DomainError | null = null;
  for (const key of keys) {
    try {
      const { result } = await startRewrap(ctx, { tenant: key.tenant, key: key.name, mode });
      jobs.push(toJob(await getJob(ctx, { job: result.id })));
    } catch (error) {
      if (!(error instanceof DomainError) || !OF_ONE_KEY.has(error.code)) throw error;
      refused ??= error;
    }
  }
  if (refused && jobs.length === 0) throw refused;
  return jobs;
};
