import { type Job, toJob } from "#lib/domain/job.ts";
import { listJobs as listJobViews } from "#lib/services/rewrap/list-jobs.ts";
import type { Keeper } from "../keeper.ts";
import type { AdminCaller } from "../tokens/caller.ts";
import { adminContext, tenantInScope } from "./job-scope.ts";

/** The newest jobs that are told of. */
export const JOBS_MAX = 200;

/** How the jobs of a tenant stand, or those of all, the newest first. */
export const listJobs = async (
  keeper: Keeper,
  caller: AdminCaller,
  asked: string | undefined,
  req: string,
): Promise<Job[]> => {
  const tenant = await tenantInScope(keeper, caller, asked, req);
  const { jobs } = await listJobViews(adminContext(keeper, caller, req), {
    ...(tenant === null ? {} : { tenant }),
    limit: JOBS_MAX,
  });
  return jobs.map(toJob);
};
