import { removeSample } from "#cli/sample/remove.ts";
import { defineCommand } from "#cli/shell/command.ts";

export const sampleRemove = defineCommand({
  name: "sample remove",
  usage: "sample remove [--json]",
  summary: "Remove the sample: its records, keys and tokens; its events stay in the log",
  args: [],
  options: {},
  run: async (_, cli) => {
    const { ctx } = await cli.instance();
    const removed = await removeSample(ctx, cli.signal);
    return {
      json: { removed },
      text: `Removed the sample: ${removed.join(", ") || "nothing was left of it"}.`,
    };
  },
});
