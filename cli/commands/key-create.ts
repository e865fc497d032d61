import { platformConnectionId } from "#cli/connections/platform-connection.ts";
import { OF_TENANT } from "#cli/keys/key-options.ts";
import { defineCommand } from "#cli/shell/command.ts";
import { usageError } from "#cli/shell/parse.ts";
import { NO_WAIT, settle } from "#cli/shell/settle.ts";
import { z } from "#lib/domain/zod.ts";
import { createKey } from "#lib/services/keys/create-key.ts";

const Created = z.object({ keyId: z.string(), name: z.string(), version: z.int() });

export const keyCreate = defineCommand({
  usage:
    "key create <name> --tenant <slug> [--connection <name> | --platform-connection <name>] [--no-wait] [--json]",
  args: ["name"],
  options: {
    ...OF_TENANT,
    connection: {
      type: "string",
      value: "name",
      help: "the tenant's connection whose CMK is to hold it (default: the platform's)",
    },
    "platform-connection": {
      type: "string",
      value: "name",
      help: "the connection of the platform whose CMK is to hold it",
    },
    ...NO_WAIT,
  },
  run: async ({ args, options }, cli) => {
    const shared = options["platform-connection"];
    if (options.connection !== undefined && shared !== undefined)
      throw usageError("Give --connection <name>, or --platform-connection <name>.");
    const { ctx } = await cli.instance();
    const changed = await createKey(ctx, {
      tenant: options.tenant,
      name: args.name,
      ...(options.connection !== undefined && { connection: options.connection }),
      ...(await platformConnectionId(ctx, shared)),
    });
    return settle(cli, ctx, changed, {
      noWait: options["no-wait"],
      outcome: Created,
      show: ({ keyId, name, version }) => ({
        json: { id: keyId, name, version },
        text: `Made the key ${name} of ${options.tenant} (${keyId}); version ${version} is active.`,
      }),
    });
  },
});
