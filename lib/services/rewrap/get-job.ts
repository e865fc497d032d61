import { notFound } from "#lib/domain/errors.ts";
import type { JobId } from "#lib/domain/ids.ts";
import { uuid } from "#lib/domain/ids.ts";
import { z } from "#lib/domain/zod.ts";
import { defineOperatorQuery } from "../define-query.ts";
import { readJobView } from "./job-views.ts";

/** A job by its id, whichever tenant's. */
export const getJob = defineOperatorQuery({
  permission: "platform:read",
  input: z.object({ job: uuid<JobId>() }),
  read: async ({ tx, input }) => {
    const job = await readJobView(tx, input.job);
    if (!job) throw notFound("job");
    return job;
  },
});
