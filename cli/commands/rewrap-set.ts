import { findJob } from "#cli/rewrap/job-command.ts";
import { parseIntensity } from "#cli/rewrap/job-options.ts";
import { jobText } from "#cli/rewrap/job-text.ts";
import { defineCommand } from "#cli/shell/command.ts";
import { toJob } from "#lib/domain/job.ts";
import { setIntensity } from "#lib/services/rewrap/set-intensity.ts";

export const rewrapSet = defineCommand({
  usage: "rewrap set <id> --intensity 25|50|100 [--json]",
  args: ["id"],
  options: {
    intensity: {
      type: "string",
      value: "25|50|100",
      help: "percent of what other requests leave free",
      required: true,
    },
  },
  run: async ({ args, options }, cli) => {
    const intensity = parseIntensity(options.intensity);
    const { ctx } = await cli.instance();
    const { tenant, id } = await findJob(ctx, args.id);
    await setIntensity(ctx, { tenant, job: id, intensity });
    const job = await findJob(ctx, id);
    return { json: toJob(job), text: jobText(job) };
  },
});
