import { mintInTx } from "../tokens/mint-in-tx.ts";
import type { Effect } from "./effect.ts";

/** Lets a service token count. */
export const mintToken: Effect<"mint-token"> =
  async ({ keeper, input }) =>
  (tx) =>
    mintInTx(keeper, tx, input);
