import { defineCommand } from "#cli/shell/command.ts";
import type { Command } from "#cli/shell/command.ts";
import { wholeNumber } from "#cli/shell/parse.ts";
import { NO_WAIT, settle } from "#cli/shell/settle.ts";
import { z } from "#lib/domain/zod.ts";
import type { Mutation } from "#lib/services/define-mutation.ts";
import { OF_TENANT, REASON } from "./key-options.ts";

export const VERSION_MAX = 2 ** 31 - 1;

/** Which version a command is about. */
export const VERSION = {
  version: { type: "string", value: "n", help: "the number of the version", required: true },
} as const;

const Changed = z.object({
  keyId: z.string(),
  version: z.int(),
  state: z.string(),
  successor: z.int().optional(),
});

type VersionCommand = {
  verb: "compromise" | "deactivate" | "retire";
  notes: string;
  /** Whether the log must say why. */
  reasonRequired: boolean;
  mutation: Mutation<unknown>;
  /** What to say when it is done. */
  done: (what: string, successor: number | undefined) => string;
};

/** A command that changes one version of a key. */
export const defineVersionCommand = ({ verb, reasonRequired, ...command }: VersionCommand): Command => {
  const reason = reasonRequired ? "--reason <12 to 300 characters>" : "[--reason <12 to 300 characters>]";
  return defineCommand({
    usage: `key ${verb} <name> --tenant <slug> --version <n> ${reason} [--no-wait] [--json]`,
    notes: command.notes,
    args: ["name"],
    options: {
      ...OF_TENANT,
      ...VERSION,
      reason: { ...REASON.reason, required: reasonRequired },
      ...NO_WAIT,
    },
    run: async ({ args, options }, cli) => {
      const { tenant } = options;
      const version = wholeNumber("version", options.version, { max: VERSION_MAX });
      const { ctx } = await cli.instance();
      const input = { tenant, key: args.name, version, reason: options.reason };
      return settle(cli, ctx, await command.mutation(ctx, input), {
        noWait: options["no-wait"],
        outcome: Changed,
        show: ({ keyId, ...outcome }) => ({
          json: { id: keyId, ...outcome },
          text: command.done(`version ${version} of the key ${args.name} of ${tenant}`, outcome.successor),
        }),
      });
    },
  });
};
