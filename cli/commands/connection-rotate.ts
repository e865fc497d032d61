import { WHOSE, WHOSE_USAGE, whoseOf } from "#cli/connections/whose.ts";
import { defineCommand } from "#cli/shell/command.ts";
import { NO_WAIT, settle } from "#cli/shell/settle.ts";
import { z } from "#lib/domain/zod.ts";
import { rotateCmk, rotatePlatformCmk } from "#lib/services/connections/rotate-cmk.ts";

const Rotated = z.object({ connectionId: z.string(), version: z.string() });

export const connectionRotate = defineCommand({
  usage: `connection rotate <name> ${WHOSE_USAGE} [--no-wait] [--json]`,
  notes:
    "Keys under it stay as they are and open as before; what is wrapped from now on is under the new version.",
  args: ["name"],
  options: {
    ...WHOSE,
    ...NO_WAIT,
  },
  run: async ({ args, options }, cli) => {
    const whose = whoseOf(options);
    const { ctx } = await cli.instance();
    const changed = await whose.choose(rotateCmk, rotatePlatformCmk)(ctx, {
      ...whose.raw,
      connection: args.name,
    });
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
