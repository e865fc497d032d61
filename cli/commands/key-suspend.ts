import { defineCommand } from "#cli/shell/command.ts";
import { NO_WAIT, settle } from "#cli/shell/settle.ts";
import { z } from "#lib/domain/zod.ts";
import { suspendKey } from "#lib/services/keys/suspend-key.ts";

const Changed = z.object({ keyId: z.string(), status: z.string() });

export const keySuspend = defineCommand({
  name: "key suspend",
  usage: "key suspend <name> --tenant <slug> [--reason <text>] [--no-wait] [--json]",
  summary: "Let no version of a key wrap or unwrap until it is resumed",
  notes:
    "Reads and writes of records are refused with KEY_SUSPENDED by every keeper at once. Nothing is lost, and jobs of the key wait.",
  args: ["name"],
  options: {
    tenant: { type: "string", value: "slug", help: "whose key it is", required: true },
    reason: { type: "string", value: "text", help: "why, for the log; it names nobody" },
    ...NO_WAIT,
  },
  run: async ({ args, options }, cli) => {
    const { ctx } = await cli.instance();
    const { tenant, reason } = options;
    const changed = await suspendKey(ctx, { tenant, key: args.name, reason });
    return settle(cli, ctx, changed, {
      noWait: options["no-wait"],
      outcome: Changed,
      show: ({ keyId, status }) => ({
        json: { id: keyId, status },
        text: `The key ${args.name} of ${tenant} is ${status}.`,
      }),
    });
  },
});
