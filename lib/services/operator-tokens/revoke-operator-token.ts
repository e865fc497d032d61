import { findOperatorTokenView } from "#db/queries/operator-token.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import { OPERATIONS } from "#lib/domain/operation.ts";
import { defineOperatorMutation } from "../define-mutation.ts";

/** Asks a keeper to end a token of the operator's for good. */
export const revokeOperatorToken = defineOperatorMutation({
  permission: "operator-token:revoke",
  input: OPERATIONS["revoke-operator-token"].input.strip(),
  commit: async ({ tx, input, operationId }) => {
    const token = await findOperatorTokenView(tx, input.tokenId);
    if (!token) throw notFound("token");
    if (token.revokedAt) throw new DomainError("INVALID_STATE", "The token was revoked before.");
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
