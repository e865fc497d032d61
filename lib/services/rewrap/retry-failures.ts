import { isUniqueViolation } from "#db/errors.ts";
import { askForRetry, findJobStatus } from "#db/queries/rewrap-job.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import type { JobId } from "#lib/domain/ids.ts";
import { uuid } from "#lib/domain/ids.ts";
import { EVERY_CODE, JOB_REQUESTS } from "#lib/domain/job.ts";
import { z } from "#lib/domain/zod.ts";
import { defineMutation } from "../define-mutation.ts";

/**
 * Opens a job that ended with failures again, for those of one cause or for all. It counts anew what of them is still
 * to be done, so that processed and failed still make up its total in the end.
 */
export const retryFailures = defineMutation({
  permission: "rewrap:run",
  input: z.object({
    job: uuid<JobId>(),
    code: z
      .string()
      .regex(/^[A-Z_]{1,64}$/, "is the code of a group of failures")
      .optional(),
  }),
  commit: async ({ tx, input }) => {
    const { from } = JOB_REQUESTS.retry;
    const asked = await askForRetry(tx, input.job, input.code ?? EVERY_CODE, from).catch((error: unknown) => {
      throw isUniqueViolation(error)
        ? new DomainError("CONFLICT", "The key has another job that has not ended.")
        : error;
    });
    if (!asked) {
      const status = await findJobStatus(tx, input.job);
      if (!status) throw notFound("job");
      throw new DomainError(
        "INVALID_STATE",
        `A job that is ${status.replaceAll("_", " ")} has nothing to try again.`,
      );
    }
    return {
      result: { id: input.job },
      event: {
        action: "rewrap.retried",
        target: { type: "rewrap_job", id: input.job },
        detail: { code: input.code ?? null },
      },
    };
  },
});
