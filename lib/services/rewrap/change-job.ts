import { changeJobStatus, findJobStatus } from "#db/queries/rewrap-job.ts";
import type { Action } from "#lib/domain/audit-catalogue.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import type { JobId } from "#lib/domain/ids.ts";
import { uuid } from "#lib/domain/ids.ts";
import type { JobRequest } from "#lib/domain/job.ts";
import { JOB_REQUESTS } from "#lib/domain/job.ts";
import { z } from "#lib/domain/zod.ts";
import type { Mutation } from "../define-mutation.ts";
import { defineMutation } from "../define-mutation.ts";

/** The use case of one request to a job: it takes effect with the next batch, which looks first. */
export const defineJobRequest = (
  request: Exclude<JobRequest, "retry">,
  action: Extract<Action, "rewrap.paused" | "rewrap.resumed" | "rewrap.cancelled">,
): Mutation<{ id: string }> =>
  defineMutation({
    permission: "rewrap:run",
    input: z.object({ job: uuid<JobId>() }),
    commit: async ({ tx, input }) => {
      const { from, to } = JOB_REQUESTS[request];
      if (!(await changeJobStatus(tx, input.job, from, to))) {
        const status = await findJobStatus(tx, input.job);
        if (!status) throw notFound("job");
        throw new DomainError(
          "INVALID_STATE",
          `A rewrap that is ${status.replaceAll("_", " ")} cannot be asked to ${request}.`,
        );
      }
      return {
        result: { id: input.job },
        event: { action, target: { type: "rewrap_job", id: input.job }, detail: {} },
      };
    },
  });
