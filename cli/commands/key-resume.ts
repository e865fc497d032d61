import { defineCommand } from "#cli/shell/command.ts";
import { NO_WAIT, settle } from "#cli/shell/settle.ts";
import { z } from "#lib/domain/zod.ts";
import { resumeKey } from "#lib/services/keys/resume-key.ts";

const Changed = z.object({ keyId: z.string(), status: z.string() });

export const keyResume = defineCommand({
  name: "key resume",
  usage: "key resume <name> --tenant <slug> [--reason <text>] [--no-wait] [--json]",
  summary: "Let a suspended key be used again",
  args: ["name"],
  options: {
    tenant: { type: "string", value: "slug", help: "whose key it is", required: true },
    reason: { type: "string", value: "text", help: "why, for the log; it names nobody" },
    ...NO_WAIT,
  },
  run: async ({ args, options }, cli) => {
    const { ctx } = await cli.instance();
    const { tenant, reason } = options;
    const changed = await resumeKey(ctx, { tenant, key: args.name, reason });
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
