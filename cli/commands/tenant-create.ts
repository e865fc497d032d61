import { defineCommand } from "#cli/shell/command.ts";
import { createTenant } from "#lib/services/tenants/create-tenant.ts";

export const tenantCreate = defineCommand({
  usage: "tenant create <slug> --name <text> [--json]",
  args: ["slug"],
  options: { name: { type: "string", value: "text", help: "the name that people read", required: true } },
  run: async ({ args, options }, cli) => {
    const { ctx } = await cli.instance();
    const { result } = await createTenant(ctx, { slug: args.slug, name: options.name });
    return {
      json: { id: result.id, slug: result.slug, name: options.name.trim() },
      text: `Made the tenant ${result.slug} (${result.id}).`,
    };
  },
});
