import { once } from "node:events";
import { defineCommand } from "#cli/shell/command.ts";
import { count } from "#cli/shell/table.ts";
import { parseQuery } from "#lib/domain/audit-query/parse.ts";
import { NO_ADDRESSES } from "#lib/domain/audit-query/query.ts";
import { exportEvents } from "#lib/services/audit/export-events.ts";

export const auditExport = defineCommand({
  usage:
    "audit export [--query <query>] [--from <time>] [--to <time>] [--tenant <slug>] [--format csv|jsonl]",
  notes: [
    'The query is that of the console\'s audit log: actor:a,b action:key.* -outcome:ok tenant:acme target:"x y" request:…',
    "and words. Its number of events is on standard error before the first line; that they were exported is an event.",
  ].join("\n"),
  args: [],
  options: {
    query: { type: "string", value: "query", help: "which events; all without it" },
    from: { type: "string", value: "time", help: "at or after: a date, or a time as in RFC 3339" },
    to: { type: "string", value: "time", help: "before" },
    tenant: {
      type: "string",
      value: "slug",
      help: "this tenant's log alone, or global for the operator's own",
    },
    format: {
      type: "string",
      value: "format",
      help: "jsonl (each line with its exact entry; the default) or csv",
    },
  },
  writesRecords: true,
  run: async ({ options }, cli) => {
    const { ctx } = await cli.instance();
    const { count: events, bytes } = await exportEvents(ctx, options);
    cli.say(`${count(events)} events`);
    const asked = parseQuery(options.query ?? "");
    if (asked.ok && asked.query.fields.ip) cli.say(NO_ADDRESSES);
    for await (const part of bytes)
      if (!cli.stdout.write(part)) await once(cli.stdout, "drain", { signal: cli.signal });
    return {};
  },
});
