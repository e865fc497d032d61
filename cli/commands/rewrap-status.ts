import { findJob } from "#cli/rewrap/job-command.ts";
import { jobText } from "#cli/rewrap/job-text.ts";
import { defineCommand } from "#cli/shell/command.ts";
import { toJob } from "#lib/domain/job.ts";

export const rewrapStatus = defineCommand({
  usage: "rewrap status <id> [--json]",
  args: ["id"],
  options: {},
  run: async ({ args }, cli) => {
    const { ctx } = await cli.instance();
    const job = await findJob(ctx, args.id);
    return { json: toJob(job), text: jobText(job) };
  },
});
