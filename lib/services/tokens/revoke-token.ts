import { OPERATIONS } from "#lib/domain/operation.ts";
import { defineMutation } from "../define-mutation.ts";
import { assertRevocable } from "./assert-revocable.ts";

/** Asks a keeper to end a token for good. */
export const revokeToken = defineMutation({
  permission: "token:revoke",
  input: OPERATIONS["revoke-token"].input.strip(),
  commit: async ({ tx, input, operationId }) => {
    await assertRevocable(tx, input.tokenId);
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
