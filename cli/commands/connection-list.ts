import { standingOf } from "#cli/connections/connection-text.ts";
import { defineCommand } from "#cli/shell/command.ts";
import { table } from "#cli/shell/table.ts";
import { listConnections } from "#lib/services/connections/list-connections.ts";

export const connectionList = defineCommand({
  usage: "connection list --tenant <slug> [--json]",
  args: [],
  options: { tenant: { type: "string", value: "slug", help: "whose connections", required: true } },
  run: async ({ options }, cli) => {
    const { ctx } = await cli.instance();
    const { connections } = await listConnections(ctx, { tenant: options.tenant });
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
        `${options.tenant} has no connection: its keys are under the platform's CMK.`,
      ),
    };
  },
});
