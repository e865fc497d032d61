import { connectionText, preflightText } from "#cli/connections/connection-text.ts";
import { defineCommand } from "#cli/shell/command.ts";
import { getConnection } from "#lib/services/connections/get-connection.ts";

export const connectionShow = defineCommand({
  usage: "connection show <name> --tenant <slug> [--json]",
  args: ["name"],
  options: { tenant: { type: "string", value: "slug", help: "whose connection it is", required: true } },
  run: async ({ args, options }, cli) => {
    const { ctx } = await cli.instance();
    const found = await getConnection(ctx, { tenant: options.tenant, connection: args.name });
    const [last] = found.tests;
    const text = connectionText(found.connection);
    return {
      json: found,
      text: last ? `${text}\n\nLast test, ${last.startedAt}:\n${preflightText(last)}` : text,
    };
  },
});
