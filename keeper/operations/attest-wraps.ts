import { attestInTx } from "./attest-in-tx.ts";
import type { Effect } from "./effect.ts";
import { askedBy } from "./effect.ts";
import { findVersionToChange } from "./find-version-to-change.ts";

/** Writes off the wraps that left Keyfold under a version, on the word of whoever asked. */
export const attestWraps: Effect<"attest-wraps"> = async ({ keeper, operation, input }) => {
  await findVersionToChange(keeper, operation, input);
  return (tx) => attestInTx(tx, input, askedBy(operation));
};
