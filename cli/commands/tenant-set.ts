import { defineCommand } from "#cli/shell/command.ts";
import { usageError } from "#cli/shell/parse.ts";
import { ACCESS_LOG_MODES } from "#lib/domain/access-log.ts";
import { setAccessLog } from "#lib/services/tenants/set-access-log.ts";
import { setCompromisedReads } from "#lib/services/tenants/set-compromised-reads.ts";

const MODES = ACCESS_LOG_MODES.join("|");

const oneOf = (option: string, text: string | undefined, known: readonly string[]): void => {
  if (text !== undefined && !known.includes(text))
    throw usageError(`--${option} is "${text}": it takes ${known.join(" or ")}.`);
};

export const tenantSet = defineCommand({
  usage: `tenant set <slug> [--compromised-reads yes|no] [--access-log ${MODES}] [--json]`,
  notes:
    "Access in windows is counted for ten seconds at a time; by requests, each one is an event of its own, which costs a\nwrite for every read.",
  args: ["slug"],
  options: {
    "compromised-reads": {
      type: "string",
      value: "yes|no",
      help: "whether data under a compromised version may still be read, each access logged",
    },
    "access-log": { type: "string", value: MODES, help: "how access to its data is logged" },
  },
  run: async ({ args, options }, cli) => {
    const { "compromised-reads": reads, "access-log": mode } = options;
    if (reads === undefined && mode === undefined)
      throw usageError("Nothing to set: give --compromised-reads or --access-log.");
    oneOf("compromised-reads", reads, ["yes", "no"]);
    oneOf("access-log", mode, ACCESS_LOG_MODES);
    const { ctx } = await cli.instance();
    const tenant = args.slug;
    const json: Record<string, unknown> = { slug: tenant };
    const text: string[] = [];
    if (reads !== undefined) {
      const { result } = await setCompromisedReads(ctx, { tenant, allowed: reads });
      json.compromised_reads = result.allowed;
      text.push(
        result.allowed
          ? `Data of ${tenant} under a compromised version may be read; each access is logged.`
          : `Data of ${tenant} under a compromised version is not read any more.`,
      );
    }
    if (mode !== undefined) {
      const { result } = await setAccessLog(ctx, { tenant, accessLog: mode });
      json.access_log = result.accessLog;
      text.push(`Access to the data of ${tenant} is logged by ${result.accessLog} from now on.`);
    }
    return { json, text: text.join("\n") };
  },
});
