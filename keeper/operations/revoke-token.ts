import { revokeInTx } from "../tokens/revoke-in-tx.ts";
import type { Effect } from "./effect.ts";

/** Ends a token for good. */
export const revokeToken: Effect<"revoke-token"> =
  async ({ keeper, input }) =>
  async (tx) => {
    const { revokedAt, event } = await revokeInTx(keeper, tx, input.tokenId);
    return {
      outcome: { tokenId: input.tokenId, revokedAt: revokedAt.toISOString() },
      events: [event],
    };
  };
