import { type Command, defineCommand } from "#cli/shell/command.ts";
import { NO_WAIT, settle } from "#cli/shell/settle.ts";
import { z } from "#lib/domain/zod.ts";
import type { Mutation } from "#lib/services/define-mutation.ts";
import { OF_TENANT, REASON } from "./key-options.ts";

const Changed = z.object({ keyId: z.string(), status: z.string() });

type StatusCommand = {
  verb: "suspend" | "resume";
  notes?: string;
  mutation: Mutation<unknown>;
};

/** A command that changes whether a key may be used. */
export const defineStatusCommand = ({ verb, mutation, ...told }: StatusCommand): Command =>
  defineCommand({
    usage: `key ${verb} <name> --tenant <slug> [--reason <12 to 300 characters>] [--no-wait] [--json]`,
    ...told,
    args: ["name"],
    options: { ...OF_TENANT, ...REASON, ...NO_WAIT },
    run: async ({ args, options }, cli) => {
      const { ctx } = await cli.instance();
      const { tenant, reason } = options;
      return settle(cli, ctx, await mutation(ctx, { tenant, key: args.name, reason }), {
        noWait: options["no-wait"],
        outcome: Changed,
        show: ({ keyId, status }) => ({
          json: { id: keyId, status },
          text: `The key ${args.name} of ${tenant} is ${status}.`,
        }),
      });
    },
  });
