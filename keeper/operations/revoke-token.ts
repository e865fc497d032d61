import { revokeInTx } from "../tokens/revoke-in-tx.ts";
import type { Effect } from "./effect.ts";

/** Ends a service token for good. */
export const revokeToken: Effect<"revoke-token"> =
  async ({ keeper, input }) =>
  (tx) =>
    revokeInTx(keeper, tx, input.tokenId);
