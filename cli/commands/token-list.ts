import { defineCommand } from "#cli/shell/command.ts";
import { table } from "#cli/shell/table.ts";
import { listTokens } from "#lib/services/tokens/list-tokens.ts";

export const tokenList = defineCommand({
  name: "token list",
  usage: "token list --tenant <slug> [--json]",
  summary: "List the service tokens of a tenant",
  args: [],
  options: { tenant: { type: "string", value: "slug", help: "whose tokens", required: true } },
  run: async ({ options }, cli) => {
    const { ctx } = await cli.instance();
    const { tokens } = await listTokens(ctx, { tenant: options.tenant });
    return {
      json: {
        tokens: tokens.map((token) => ({
          id: token.id,
          prefix: token.prefix,
          scopes: token.scopes,
          status: token.status,
          created_at: token.createdAt,
          expires_at: token.expiresAt,
          revoked_at: token.revokedAt,
          last_used_at: token.lastUsedAt,
        })),
      },
      text: table(
        ["id", "begins with", "scopes", "status", "expires", "last used"],
        tokens.map((token) => [
          token.id,
          `kf_live_${token.prefix}`,
          token.scopes.join(","),
          token.status,
          token.expiresAt,
          token.lastUsedAt ?? "never",
        ]),
        `${options.tenant} has no token yet.`,
      ),
    };
  },
});
