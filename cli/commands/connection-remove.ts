import { WHOSE, WHOSE_USAGE, whoseOf } from "#cli/connections/whose.ts";
import { defineCommand } from "#cli/shell/command.ts";
import { NO_WAIT, settle } from "#cli/shell/settle.ts";
import { z } from "#lib/domain/zod.ts";
import { removeConnection, removePlatformConnection } from "#lib/services/connections/remove-connection.ts";

const Removed = z.object({ connectionId: z.string() });

export const connectionRemove = defineCommand({
  usage: `connection remove <name> ${WHOSE_USAGE} [--no-wait] [--json]`,
  notes: "A connection that holds keys is refused: move them first with keyfold key move.",
  args: ["name"],
  options: {
    ...WHOSE,
    ...NO_WAIT,
  },
  run: async ({ args, options }, cli) => {
    const whose = whoseOf(options);
    const { ctx } = await cli.instance();
    const changed = await whose.choose(removeConnection, removePlatformConnection)(ctx, {
      ...whose.raw,
      connection: args.name,
    });
    return settle(cli, ctx, changed, {
      noWait: options["no-wait"],
      outcome: Removed,
      show: ({ connectionId }) => ({
        json: { id: connectionId },
        text: `Removed the connection ${args.name} of ${whose.name}.`,
      }),
    });
  },
});
