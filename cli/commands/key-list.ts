import { defineCommand } from "#cli/shell/command.ts";
import { count, table } from "#cli/shell/table.ts";
import { listKeys } from "#lib/services/keys/list-keys.ts";

export const keyList = defineCommand({
  usage: "key list --tenant <slug> [--json]",
  args: [],
  options: { tenant: { type: "string", value: "slug", help: "whose keys", required: true } },
  run: async ({ options }, cli) => {
    const { ctx } = await cli.instance();
    const { keys } = await listKeys(ctx, { tenant: options.tenant });
    return {
      json: {
        keys: keys.map(({ id, name, status, versions }) => ({
          id,
          name,
          status,
          versions: versions.map(({ number, state, deks, issued, createdAt }) => ({
            number,
            state,
            deks,
            issued,
            created_at: createdAt,
          })),
        })),
      },
      text: table(
        ["key", "status", "version", "state", "deks", "wraps outside", "made"],
        keys.flatMap(({ name, status, versions }) =>
          versions.map(({ number, state, deks, issued, createdAt }) => [
            name,
            status,
            String(number),
            state,
            count(deks),
            count(issued),
            createdAt,
          ]),
        ),
        `${options.tenant} has no key yet. Make one with: keyfold key create default --tenant ${options.tenant}`,
      ),
    };
  },
});
