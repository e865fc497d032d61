import { findJob } from "#cli/rewrap/job-command.ts";
import { jobText } from "#cli/rewrap/job-text.ts";
import { defineCommand } from "#cli/shell/command.ts";
import { toJob } from "#lib/domain/job.ts";
import { retryFailures } from "#lib/services/rewrap/retry-failures.ts";

export const rewrapRetry = defineCommand({
  usage: "rewrap retry <id> [--code <code>] [--json]",
  args: ["id"],
  options: { code: { type: "string", value: "code", help: "the failures of this cause alone" } },
  run: async ({ args, options }, cli) => {
    const { ctx } = await cli.instance();
    const { tenant, id } = await findJob(ctx, args.id);
    await retryFailures(ctx, { tenant, job: id, code: options.code });
    const job = await findJob(ctx, id);
    return { json: toJob(job), text: jobText(job) };
  },
});
