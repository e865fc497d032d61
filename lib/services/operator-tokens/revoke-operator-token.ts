import { OPERATIONS } from "#lib/domain/operation.ts";
import { defineOperatorMutation } from "../define-mutation.ts";
import { assertRevocable } from "../tokens/assert-revocable.ts";

/** Asks a keeper to end a token of the operator's for good. */
export const revokeOperatorToken = defineOperatorMutation({
  permission: "operator-token:revoke",
  input: OPERATIONS["revoke-operator-token"].input.strip(),
  commit: async ({ tx, input, operationId }) => {
    await assertRevocable(tx, input.tokenId);
    return {
      result: { id: input.tokenId },
      event: {
        action: "token.revoke_requested",
        target: { type: "operator_token", id: input.tokenId },
        detail: { operation: operationId },
      },
      operation: { kind: "revoke-operator-token", input },
    };
  },
});
