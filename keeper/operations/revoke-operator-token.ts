import { revokeInTx } from "../tokens/revoke-in-tx.ts";
import type { OperatorEffect } from "./effect.ts";

/** Ends a token of the operator's own for good. */
export const revokeOperatorToken: OperatorEffect<"revoke-operator-token"> =
  async ({ keeper, input }) =>
  (tx) =>
    revokeInTx(keeper, tx, input.tokenId);
