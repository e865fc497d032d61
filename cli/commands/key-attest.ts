import { OF_TENANT, REASON } from "#cli/keys/key-options.ts";
import { VERSION, VERSION_MAX } from "#cli/keys/version-command.ts";
import { defineCommand } from "#cli/shell/command.ts";
import { wholeNumber } from "#cli/shell/parse.ts";
import { count } from "#cli/shell/table.ts";
import { NO_WAIT, settle } from "#cli/shell/settle.ts";
import { z } from "#lib/domain/zod.ts";
import { attestWraps } from "#lib/services/keys/attest-wraps.ts";

const Attested = z.object({ keyId: z.string(), version: z.int(), attested: z.int() });

export const keyAttest = defineCommand({
  usage:
    "key attest <name> --tenant <slug> --version <n> --issued <n> --reason <12 to 300 characters> [--no-wait] [--json]",
  notes:
    "Cannot be undone. It is said for every application of the tenant: what one of them still keeps under the version\nnever opens again once it is retired. Keyfold cannot check it. keyfold key list tells how many wraps are outside.",
  args: ["name"],
  options: {
    ...OF_TENANT,
    ...VERSION,
    issued: {
      type: "string",
      value: "n",
      help: "how many wraps are outside under it, as you saw; refused when they are another number by now",
      required: true,
    },
    reason: { ...REASON.reason, required: true },
    ...NO_WAIT,
  },
  run: async ({ args, options }, cli) => {
    const { tenant, reason } = options;
    const version = wholeNumber("version", options.version, { max: VERSION_MAX });
    const issued = wholeNumber("issued", options.issued, { max: Number.MAX_SAFE_INTEGER });
    const { ctx } = await cli.instance();
    const changed = await attestWraps(ctx, { tenant, key: args.name, version, issued, reason });
    return settle(cli, ctx, changed, {
      noWait: options["no-wait"],
      outcome: Attested,
      show: ({ keyId, attested }) => ({
        json: { id: keyId, version, attested },
        text: `Wrote off ${count(attested)} of the wraps under version ${version} of the key ${args.name} of ${tenant}: none is left.`,
      }),
    });
  },
});
