import { OPERATIONS } from "#lib/domain/operation.ts";
import { defineMutation } from "../define-mutation.ts";

/** Asks a keeper to let a token count. Whoever asks has made the token and keeps it: here comes only its hash. */
export const mintToken = defineMutation({
  permission: "token:mint",
  input: OPERATIONS["mint-token"].input.strip(),
  commit: async ({ input, operationId }) => ({
    result: { id: input.tokenId },
    event: {
      action: "token.mint_requested",
      target: { type: "token", id: input.tokenId },
      detail: {
        operation: operationId,
        scopes: [...input.scopes],
        ...(input.rateLimit && { rate_limit: input.rateLimit }),
      },
    },
    operation: { kind: "mint-token", input },
  }),
});
