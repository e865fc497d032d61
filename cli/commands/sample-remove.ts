import { removeSample } from "#cli/sample/remove.ts";
import { defineCommand } from "#cli/shell/command.ts";

export const sampleRemove = defineCommand({
  usage: "sample remove [--json]",
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
