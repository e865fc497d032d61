import { listFailures } from "#db/queries/job-failures.ts";
import { findJobStatus } from "#db/queries/rewrap-job.ts";
import { notFound } from "#lib/domain/errors.ts";
import type { JobId } from "#lib/domain/ids.ts";
import { uuid } from "#lib/domain/ids.ts";
import { z } from "#lib/domain/zod.ts";
import { defineMutation } from "../define-mutation.ts";

/** Lines of one export; who has more gets the next with `after`. */
const LINES_MAX = 50_000;
const BEFORE_ALL = "00000000-0000-0000-0000-000000000000";

/** What a job could not do, one JSON object a line: ids, names and codes. The export is an event itself. */
export const exportFailures = defineMutation({
  permission: "rewrap:read",
  input: z.object({ job: uuid<JobId>(), after: z.uuid().default(BEFORE_ALL) }),
  commit: async ({ tx, input }) => {
    if (!(await findJobStatus(tx, input.job))) throw notFound("job");
    const failures = await listFailures(tx, input.job, input.after, LINES_MAX);
    return {
      result: { lines: failures.map((failure) => `${JSON.stringify(failure)}\n`).join("") },
      event: {
        action: "rewrap.failures_exported",
        target: { type: "rewrap_job", id: input.job },
        detail: { count: failures.length },
      },
    };
  },
});
