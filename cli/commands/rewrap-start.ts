import { OF_TENANT } from "#cli/keys/key-options.ts";
import { awaitJob } from "#cli/rewrap/await-job.ts";
import { findJob } from "#cli/rewrap/job-command.ts";
import { parseIntensity, parseMode } from "#cli/rewrap/job-options.ts";
import { jobText, progressLine } from "#cli/rewrap/job-text.ts";
import { defineCommand } from "#cli/shell/command.ts";
import { EXIT } from "#cli/shell/exit-code.ts";
import { wholeNumber } from "#cli/shell/parse.ts";
import { toJob } from "#lib/domain/job.ts";
import { startRewrap } from "#lib/services/rewrap/start-rewrap.ts";

const RATE_MAX = 10_000_000;

export const rewrapStart = defineCommand({
  usage:
    "rewrap start <key> --tenant <slug> [--mode rewrap|re-encrypt] [--intensity 25|50|100] [--max-rate <DEKs per second>] [--wait] [--json]",
  args: ["key"],
  options: {
    ...OF_TENANT,
    mode: {
      type: "string",
      value: "rewrap|re-encrypt",
      help: "rewrap: the same DEKs, data untouched (default); re-encrypt: new DEKs and new ciphertext, as after a compromise",
    },
    intensity: { type: "string", value: "25|50|100", help: "percent of what other requests leave free" },
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
    const { result } = await startRewrap(ctx, {
      tenant: options.tenant,
      key: args.key,
      maxRate,
      mode: options.mode && parseMode(options.mode),
      intensity: options.intensity && parseIntensity(options.intensity),
    });
    if (!options.wait) {
      const job = await findJob(ctx, result.id);
      return { json: toJob(job), text: jobText(job) };
    }
    const job = await awaitJob(cli, ctx, result.id, (now) => cli.say(progressLine(now)));
    return {
      json: toJob(job),
      text: jobText(job),
      exit: job.status === "completed" ? EXIT.done : EXIT.failed,
    };
  },
});
