import { connectionText, preflightText } from "#cli/connections/connection-text.ts";
import { WHOSE, WHOSE_USAGE, whoseOf } from "#cli/connections/whose.ts";
import { defineCommand } from "#cli/shell/command.ts";
import { getConnection, getPlatformConnection } from "#lib/services/connections/get-connection.ts";

export const connectionShow = defineCommand({
  usage: `connection show <name> ${WHOSE_USAGE} [--json]`,
  args: ["name"],
  options: WHOSE,
  run: async ({ args, options }, cli) => {
    const whose = whoseOf(options);
    const { ctx } = await cli.instance();
    const found = await whose.choose(getConnection, getPlatformConnection)(ctx, {
      ...whose.raw,
      connection: args.name,
    });
    const [last] = found.tests;
    const text = connectionText(found.connection);
    return {
      json: found,
      text: last ? `${text}\n\nLast test, ${last.startedAt}:\n${preflightText(last)}` : text,
    };
  },
});
