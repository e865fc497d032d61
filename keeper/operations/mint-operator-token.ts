import { mintInTx } from "../tokens/mint-in-tx.ts";
import type { OperatorEffect } from "./effect.ts";

/** Lets a token of the operator's own count. */
export const mintOperatorToken: OperatorEffect<"mint-operator-token"> =
  async ({ keeper, input }) =>
  (tx) =>
    mintInTx(keeper, tx, input);
