import { platformConnectionId } from "#cli/connections/platform-connection.ts";
import { defineCommand } from "#cli/shell/command.ts";
import { usageError } from "#cli/shell/parse.ts";
import { NO_WAIT, settle } from "#cli/shell/settle.ts";
import { z } from "#lib/domain/zod.ts";
import { moveKey } from "#lib/services/keys/move-key.ts";

const Moved = z.object({ keyId: z.string(), versions: z.int(), kmsCalls: z.int(), provider: z.string() });

export const keyMove = defineCommand({
  usage:
    "key move <name> --tenant <slug> --to <connection> | --platform-connection <name> | --platform [--no-wait] [--json]",
  notes: "Every version's KEK is opened at the old place and wrapped at the new one. Both must answer.",
  args: ["name"],
  options: {
    tenant: { type: "string", value: "slug", help: "whose key it is", required: true },
    to: { type: "string", value: "connection", help: "the tenant's connection whose CMK is to hold it" },
    "platform-connection": { type: "string", value: "name", help: "or a connection of the platform" },
    platform: { type: "boolean", help: "or the CMK that the operator's settings name" },
    ...NO_WAIT,
  },
  run: async ({ args, options }, cli) => {
    const { tenant, to, platform } = options;
    const shared = options["platform-connection"];
    const targets = [to !== undefined, shared !== undefined, platform].filter(Boolean);
    if (targets.length !== 1)
      throw usageError("Give one of --to <connection>, --platform-connection <name>, --platform.");
    const { ctx } = await cli.instance();
    const changed = await moveKey(ctx, {
      tenant,
      key: args.name,
      connection: to ?? null,
      ...(await platformConnectionId(ctx, shared)),
    });
    return settle(cli, ctx, changed, {
      noWait: options["no-wait"],
      outcome: Moved,
      show: ({ keyId, versions, kmsCalls, provider }) => ({
        json: { id: keyId, versions, kms_calls: kmsCalls, provider },
        text: `Moved the key ${args.name} of ${tenant} to ${to ?? shared ?? "the platform's CMK"} (${provider}): ${versions} ${versions === 1 ? "version" : "versions"}, ${kmsCalls} requests to providers.`,
      }),
    });
  },
});
