import { OF_TENANT } from "#cli/keys/key-options.ts";
import { defineCommand } from "#cli/shell/command.ts";
import { NO_WAIT, settle } from "#cli/shell/settle.ts";
import { z } from "#lib/domain/zod.ts";
import { requestRotation } from "#lib/services/keys/request-rotation.ts";

const Rotated = z.object({ keyId: z.string(), version: z.int() });

export const keyRotate = defineCommand({
  usage: "key rotate <name> --tenant <slug> [--no-wait] [--json]",
  notes: "Old data stays under the version it was written with: move it with keyfold rewrap start.",
  args: ["name"],
  options: { ...OF_TENANT, ...NO_WAIT },
  run: async ({ args, options }, cli) => {
    const { ctx } = await cli.instance();
    const changed = await requestRotation(ctx, { tenant: options.tenant, key: args.name });
    return settle(cli, ctx, changed, {
      noWait: options["no-wait"],
      outcome: Rotated,
      show: ({ keyId, version }) => ({
        json: { id: keyId, version },
        text: `Rotated the key ${args.name} of ${options.tenant}: version ${version} is active. Old data has not moved; move it with: keyfold rewrap start ${args.name} --tenant ${options.tenant}`,
      }),
    });
  },
});
