import { defineCommand } from "#cli/shell/command.ts";
import { count, table } from "#cli/shell/table.ts";
import { toJob } from "#lib/domain/job.ts";
import { listJobs } from "#lib/services/rewrap/list-jobs.ts";

export const rewrapList = defineCommand({
  usage: "rewrap list [--tenant <slug>] [--json]",
  args: [],
  options: { tenant: { type: "string", value: "slug", help: "this tenant's alone" } },
  run: async ({ options }, cli) => {
    const { ctx } = await cli.instance();
    const { jobs } = await listJobs(ctx, { tenant: options.tenant });
    return {
      json: { jobs: jobs.map(toJob) },
      text: table(
        ["id", "tenant", "key", "mode", "status", "moved", "total", "failed", "started"],
        jobs.map((job) => [
          job.id,
          job.tenant,
          job.key,
          job.mode,
          job.status,
          count(job.processed),
          count(job.total),
          count(job.failed),
          job.started_at ?? "not yet",
        ]),
        "There is no rewrap yet. Start one with: keyfold rewrap start <key> --tenant <slug>",
      ),
    };
  },
});
