import { defineCommand } from "#cli/shell/command.ts";
import { NO_WAIT, settle } from "#cli/shell/settle.ts";
import { findTokenTenant, findTokenView } from "#db/queries/token-read.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { notFound } from "#lib/domain/errors.ts";
import { isUuid } from "#lib/domain/ids.ts";
import { z } from "#lib/domain/zod.ts";
import { revokeOperatorToken } from "#lib/services/operator-tokens/revoke-operator-token.ts";
import { revokeToken } from "#lib/services/tokens/revoke-token.ts";

const Revoked = z.object({ tokenId: z.string(), revokedAt: z.string() });

export const tokenRevoke = defineCommand({
  usage: "token revoke <id> [--no-wait] [--json]",
  args: ["id"],
  options: NO_WAIT,
  run: async ({ args, options }, cli) => {
    const { ctx } = await cli.instance();
    if (!isUuid(args.id)) throw notFound("token");
    const { tenant, operators } = await withOperator(ctx.db, async (tx) => ({
      tenant: await findTokenTenant(tx, args.id),
      operators: await findTokenView(tx, args.id),
    }));
    if (tenant === null && operators === null) throw notFound("token");
    const changed = await (tenant === null
      ? revokeOperatorToken(ctx, { tokenId: args.id })
      : revokeToken(ctx, { tenant, tokenId: args.id }));
    return settle(cli, ctx, changed, {
      noWait: options["no-wait"],
      outcome: Revoked,
      show: ({ tokenId, revokedAt }) => ({
        json: { id: tokenId, revoked_at: revokedAt },
        text: `Revoked the token ${tokenId} of ${tenant ?? "the operator"}.`,
      }),
    });
  },
});
