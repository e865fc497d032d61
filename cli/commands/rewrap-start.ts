import { awaitJob } from "#cli/rewrap/await-job.ts";
import { findJob } from "#cli/rewrap/job-command.ts";
import { jobObject, jobText, progressLine } from "#cli/rewrap/job-text.ts";
import { defineCommand } from "#cli/shell/command.ts";
import { EXIT } from "#cli/shell/exit-code.ts";
import { wholeNumber } from "#cli/shell/parse.ts";
import { startRewrap } from "#lib/services/rewrap/start-rewrap.ts";

const RATE_MAX = 10_000_000;

export const rewrapStart = defineCommand({
  name: "rewrap start",
  usage: "rewrap start <key> --tenant <slug> [--wait] [--max-rate <DEKs per second>] [--json]",
  summary: "Move every DEK of a key to its current version; data stays readable and is not touched",
  args: ["key"],
  options: {
    tenant: { type: "string", value: "slug", help: "whose key it is", required: true },
    wait: { type: "boolean", help: "wait until it has ended; 1 unless every DEK was moved" },
    "max-rate": {
      type: "string",
      value: "DEKs per second",
      help: "go no faster (default: paced by load alone)",
    },
  },
  run: async ({ args, options }, cli) => {
    const rate = options["max-rate"];
    const maxRate = rate === undefined ? undefined : wholeNumber("max-rate", rate, { max: RATE_MAX });
    const { ctx } = await cli.instance();
    const { result } = await startRewrap(ctx, { tenant: options.tenant, key: args.key, maxRate });
    if (!options.wait) {
      const job = await findJob(ctx, result.id);
      return { json: jobObject(job), text: jobText(job) };
    }
    const job = await awaitJob(cli, ctx, result.id, (now) => cli.say(progressLine(now)));
    return {
      json: jobObject(job),
      text: jobText(job),
      exit: job.status === "completed" ? EXIT.done : EXIT.failed,
    };
  },
});
