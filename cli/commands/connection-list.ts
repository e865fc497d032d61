import { standingOf } from "#cli/connections/connection-text.ts";
import { WHOSE, WHOSE_USAGE, whoseOf } from "#cli/connections/whose.ts";
import { defineCommand } from "#cli/shell/command.ts";
import { table } from "#cli/shell/table.ts";
import { listConnections, listPlatformConnections } from "#lib/services/connections/list-connections.ts";

export const connectionList = defineCommand({
  usage: `connection list ${WHOSE_USAGE} [--json]`,
  args: [],
  options: WHOSE,
  run: async ({ options }, cli) => {
    const whose = whoseOf(options);
    const { ctx } = await cli.instance();
    const { connections } = await whose.choose(listConnections, listPlatformConnections)(ctx, {
      ...whose.raw,
    });
    return {
      json: { connections },
      text: table(
        ["name", "provider", "custody", "health", "key versions", "calls in 24 h", "key"],
        connections.map((connection) => [
          connection.name,
          connection.provider,
          connection.custody,
          standingOf(connection),
          String(connection.keyVersions),
          String(connection.calls),
          connection.providerKeyId,
        ]),
        `${whose.name} has no connection.`,
      ),
    };
  },
});
