import { changeIntensity, findJobStatus } from "#db/queries/rewrap-job.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import type { JobId } from "#lib/domain/ids.ts";
import { uuid } from "#lib/domain/ids.ts";
import { OPEN_JOB_STATUSES } from "#lib/domain/job.ts";
import { z } from "#lib/domain/zod.ts";
import { defineMutation } from "../define-mutation.ts";
import { intensity } from "./intensity.ts";

/** Changes how hard a job works while it runs: from its next batch on. */
export const setIntensity = defineMutation({
  permission: "rewrap:run",
  input: z.object({ job: uuid<JobId>(), intensity }),
  commit: async ({ tx, input }) => {
    if (!(await changeIntensity(tx, input.job, input.intensity, OPEN_JOB_STATUSES))) {
      if (!(await findJobStatus(tx, input.job))) throw notFound("job");
      throw new DomainError("INVALID_STATE", "The job has ended: there is nothing to pace.");
    }
    return {
      result: { id: input.job },
      event: {
        action: "rewrap.intensity_changed",
        target: { type: "rewrap_job", id: input.job },
        detail: { to: input.intensity },
      },
    };
  },
});
