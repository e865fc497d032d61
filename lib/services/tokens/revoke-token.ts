import { findTokenView } from "#db/queries/token-read.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import { OPERATIONS } from "#lib/domain/operation.ts";
import { defineMutation } from "../define-mutation.ts";

/** Asks a keeper to end a token for good. */
export const revokeToken = defineMutation({
  permission: "token:revoke",
  input: OPERATIONS["revoke-token"].input.strip(),
  commit: async ({ tx, input, operationId }) => {
    const token = await findTokenView(tx, input.tokenId);
    if (!token) throw notFound("token");
    if (token.revokedAt) throw new DomainError("INVALID_STATE", "The token was revoked before.");
    return {
      result: { id: input.tokenId },
      event: {
        action: "token.revoke_requested",
        target: { type: "token", id: input.tokenId },
        detail: { operation: operationId },
      },
      operation: { kind: "revoke-token", input },
    };
  },
});
