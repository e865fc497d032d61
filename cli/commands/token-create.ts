import { defineCommand } from "#cli/shell/command.ts";
import { usageError, wholeNumber } from "#cli/shell/parse.ts";
import { NO_WAIT, settle } from "#cli/shell/settle.ts";
import { newId } from "#lib/domain/ids.ts";
import { TOKEN_DAYS_MAX } from "#lib/domain/operation.ts";
import { OPERATOR_TOKEN_SCOPES, TOKEN_SCOPES } from "#lib/domain/permissions.ts";
import { makeToken, rateWords, TOKEN_RATE_MAX } from "#lib/domain/token.ts";
import { z } from "#lib/domain/zod.ts";
import { mintOperatorToken } from "#lib/services/operator-tokens/mint-operator-token.ts";
import { mintToken } from "#lib/services/tokens/mint-token.ts";

const Minted = z.object({ expiresAt: z.string() });

const scopesOf = (text: string, known: readonly string[]): string[] => {
  const scopes = [...new Set(text.split(",").map((scope) => scope.trim()))];
  const unknown = scopes.find((scope) => !known.includes(scope));
  if (unknown !== undefined) throw usageError(`"${unknown}" is no scope here: they are ${known.join(", ")}.`);
  return scopes;
};

export const tokenCreate = defineCommand({
  usage:
    "token create --tenant <slug> | --operator --scope <scope,…> [--expires <days>] [--rate-limit <requests per second>] [--no-wait] [--json]",
  notes:
    "The token is made here and shown once: only its hash is sent. Whoever has it can do what its scopes say until it\nexpires or is revoked.",
  args: [],
  options: {
    tenant: { type: "string", value: "slug", help: "whose data it opens" },
    operator: { type: "boolean", help: "the operator's own, for what spans tenants" },
    scope: {
      type: "string",
      value: "scope,…",
      help: `any of ${TOKEN_SCOPES.join(", ")}; of the operator: ${OPERATOR_TOKEN_SCOPES.join(", ")}`,
      required: true,
    },
    expires: {
      type: "string",
      value: "days",
      help: `how long it counts, at most ${TOKEN_DAYS_MAX} days (default ${TOKEN_DAYS_MAX})`,
    },
    "rate-limit": {
      type: "string",
      value: "requests per second",
      help: `how much it may send to each keeper, at most ${TOKEN_RATE_MAX} (default: as much as it likes)`,
    },
    ...NO_WAIT,
  },
  run: async ({ options }, cli) => {
    const { tenant, operator } = options;
    if ((tenant === undefined) !== operator) throw usageError("Give --tenant <slug>, or --operator.");
    const scopes = scopesOf(options.scope, operator ? OPERATOR_TOKEN_SCOPES : TOKEN_SCOPES);
    const days = wholeNumber("expires", options.expires ?? String(TOKEN_DAYS_MAX), { max: TOKEN_DAYS_MAX });
    const limit = options["rate-limit"];
    const rateLimit =
      limit === undefined ? undefined : wholeNumber("rate-limit", limit, { max: TOKEN_RATE_MAX });
    const { ctx } = await cli.instance();
    const { token, prefix, hash } = await makeToken(operator ? "oper" : "live");
    const id = newId();
    const input = { tokenId: id, prefix, hash, scopes, days, rateLimit };
    const changed = await (operator ? mintOperatorToken(ctx, input) : mintToken(ctx, { ...input, tenant }));
    const noWait = options["no-wait"];
    const limited = rateLimit === undefined ? "" : `, for at most ${rateWords(rateLimit)}`;
    const settled = await settle(cli, ctx, changed, {
      noWait,
      outcome: Minted,
      show: ({ expiresAt }) => ({
        json: {},
        text: `Made the token ${id} of ${tenant ?? "the operator"}${limited}; it counts until ${expiresAt} and is shown this once:`,
      }),
    });
    const made = { id, token, ...(rateLimit && { rate_limit: rateLimit }) };
    return { json: { ...made, ...settled.json }, text: `${settled.text}\n${token}` };
  },
});
