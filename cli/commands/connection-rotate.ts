import { defineCommand } from "#cli/shell/command.ts";
import { NO_WAIT, settle } from "#cli/shell/settle.ts";
import { z } from "#lib/domain/zod.ts";
import { rotateCmk } from "#lib/services/connections/rotate-cmk.ts";

const Rotated = z.object({ connectionId: z.string(), version: z.string() });

export const connectionRotate = defineCommand({
  usage: "connection rotate <name> --tenant <slug> [--no-wait] [--json]",
  notes:
    "The tenant's keys stay as they are and open as before; what is wrapped from now on is under the new version.",
  args: ["name"],
  options: {
    tenant: { type: "string", value: "slug", help: "whose connection it is", required: true },
    ...NO_WAIT,
  },
  run: async ({ args, options }, cli) => {
    const { ctx } = await cli.instance();
    const changed = await rotateCmk(ctx, { tenant: options.tenant, connection: args.name });
    return settle(cli, ctx, changed, {
      noWait: options["no-wait"],
      outcome: Rotated,
      show: ({ connectionId, version }) => ({
        json: { id: connectionId, version },
        text: `The provider wraps under version ${version} now.`,
      }),
    });
  },
});
