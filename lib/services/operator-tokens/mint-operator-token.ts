import { OPERATIONS } from "#lib/domain/operation.ts";
import { defineOperatorMutation } from "../define-mutation.ts";

/** Asks a keeper to let a token of the operator's count. Whoever asks has made it and keeps it: here comes only its hash. */
export const mintOperatorToken = defineOperatorMutation({
  permission: "operator-token:mint",
  input: OPERATIONS["mint-operator-token"].input.strip(),
  commit: async ({ input, operationId }) => ({
    result: { id: input.tokenId },
    event: {
      action: "token.mint_requested",
      target: { type: "operator_token", id: input.tokenId },
      detail: {
        operation: operationId,
        scopes: [...input.scopes],
        ...(input.rateLimit && { rate_limit: input.rateLimit }),
      },
    },
    operation: { kind: "mint-operator-token", input },
  }),
});
