import { defineCommand } from "#cli/shell/command.ts";
import { usageError } from "#cli/shell/parse.ts";
import { table } from "#cli/shell/table.ts";
import type { TokenView } from "#lib/domain/token-view.ts";
import { listOperatorTokens } from "#lib/services/operator-tokens/list-operator-tokens.ts";
import { listTokens } from "#lib/services/tokens/list-tokens.ts";

const PAGE = 200;

export const tokenList = defineCommand({
  usage: "token list --tenant <slug> | --operator [--json]",
  args: [],
  options: {
    tenant: { type: "string", value: "slug", help: "whose tokens" },
    operator: { type: "boolean", help: "the operator's own" },
  },
  run: async ({ options }, cli) => {
    const { tenant, operator } = options;
    if ((tenant === undefined) !== operator) throw usageError("Give --tenant <slug>, or --operator.");
    const { ctx } = await cli.instance();
    const list = operator ? listOperatorTokens : listTokens;
    const tokens: TokenView[] = [];
    let cursor: string | undefined;
    do {
      const page = await list(ctx, { tenant, cursor, limit: PAGE });
      tokens.push(...page.tokens);
      cursor = page.next ?? undefined;
    } while (cursor);
    return {
      json: {
        tokens: tokens.map((token) => ({
          id: token.id,
          prefix: token.prefix,
          scopes: token.scopes,
          rate_limit: token.rateLimit,
          status: token.status,
          created_at: token.createdAt,
          expires_at: token.expiresAt,
          revoked_at: token.revokedAt,
          last_used_at: token.lastUsedAt,
        })),
      },
      text: table(
        ["id", "begins with", "scopes", "limit", "status", "expires", "last used"],
        tokens.map((token) => [
          token.id,
          `kf_${operator ? "oper" : "live"}_${token.prefix}`,
          token.scopes.join(","),
          token.rateLimit === null ? "none" : `${token.rateLimit}/s`,
          token.status,
          token.expiresAt,
          token.lastUsedAt ?? "never",
        ]),
        `${tenant ?? "The operator"} has no token yet.`,
      ),
    };
  },
});
