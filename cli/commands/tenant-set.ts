import { defineCommand } from "#cli/shell/command.ts";
import { usageError } from "#cli/shell/parse.ts";
import { setCompromisedReads } from "#lib/services/tenants/set-compromised-reads.ts";

export const tenantSet = defineCommand({
  name: "tenant set",
  usage: "tenant set <slug> --compromised-reads yes|no [--json]",
  summary: "Change what a tenant's policy says",
  args: ["slug"],
  options: {
    "compromised-reads": {
      type: "string",
      value: "yes|no",
      help: "whether data under a compromised version may still be read, each access logged",
    },
  },
  run: async ({ args, options }, cli) => {
    const reads = options["compromised-reads"];
    if (reads === undefined) throw usageError("Nothing to set: give --compromised-reads yes|no.");
    if (reads !== "yes" && reads !== "no")
      throw usageError(`--compromised-reads is "${reads}": it takes yes or no.`);
    const { ctx } = await cli.instance();
    const { result } = await setCompromisedReads(ctx, { tenant: args.slug, allowed: reads });
    return {
      json: { slug: args.slug, compromised_reads: result.allowed },
      text: result.allowed
        ? `Data of ${args.slug} under a compromised version may be read; each access is logged.`
        : `Data of ${args.slug} under a compromised version is not read any more.`,
    };
  },
});
