import { defineCommand } from "#cli/shell/command.ts";
import { NO_WAIT, settle } from "#cli/shell/settle.ts";
import { z } from "#lib/domain/zod.ts";
import { removeConnection } from "#lib/services/connections/remove-connection.ts";

const Removed = z.object({ connectionId: z.string() });

export const connectionRemove = defineCommand({
  usage: "connection remove <name> --tenant <slug> [--no-wait] [--json]",
  notes: "A connection that holds keys is refused: move them first with keyfold key move.",
  args: ["name"],
  options: {
    tenant: { type: "string", value: "slug", help: "whose connection it is", required: true },
    ...NO_WAIT,
  },
  run: async ({ args, options }, cli) => {
    const { ctx } = await cli.instance();
    const changed = await removeConnection(ctx, { tenant: options.tenant, connection: args.name });
    return settle(cli, ctx, changed, {
      noWait: options["no-wait"],
      outcome: Removed,
      show: ({ connectionId }) => ({
        json: { id: connectionId },
        text: `Removed the connection ${args.name} of ${options.tenant}.`,
      }),
    });
  },
});
