import { listOpenJobIds } from "#db/queries/overview.ts";
import { z } from "#lib/domain/zod.ts";
import { defineOperatorQuery } from "../define-query.ts";
import { readJobView } from "../rewrap/job-views.ts";

const SHOWN_MAX = 8;

/** The jobs that have not ended, the newest first. */
export const listRunningJobs = defineOperatorQuery({
  permission: "platform:read",
  input: z.object({}),
  read: async ({ tx }) => {
    const ids = await listOpenJobIds(tx, SHOWN_MAX);
    const jobs = await Promise.all(ids.map((id) => readJobView(tx, id)));
    return { jobs: jobs.filter((job) => job !== null) };
  },
});
