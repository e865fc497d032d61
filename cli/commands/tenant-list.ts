import { defineCommand } from "#cli/shell/command.ts";
import { table } from "#cli/shell/table.ts";
import { listTenants } from "#lib/services/tenants/list-tenants.ts";

export const tenantList = defineCommand({
  usage: "tenant list [--json]",
  args: [],
  options: {},
  run: async (_, cli) => {
    const { ctx } = await cli.instance();
    const tenants = await listTenants(ctx, {});
    return {
      json: {
        tenants: tenants.map(({ id, slug, name, createdAt }) => ({ id, slug, name, created_at: createdAt })),
      },
      text: table(
        ["slug", "name", "made"],
        tenants.map(({ slug, name, createdAt }) => [slug, name, createdAt]),
        "There is no tenant yet. Make one with: keyfold tenant create <slug> --name <text>",
      ),
    };
  },
});
