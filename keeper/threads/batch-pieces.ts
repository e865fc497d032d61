import type { BatchResult } from "./crypto-jobs.ts";
import type { PostedOutcome } from "./posted-outcome.ts";

/** A batch's result, item by item: the members of each, as JSON. */
export const batchPieces = ({ json, outcomes }: BatchResult): PostedOutcome<Uint8Array>[] => {
  let at = 0;
  return outcomes.map((outcome) => {
    if (!outcome.ok) return outcome;
    const value = json.subarray(at, outcome.value);
    at = outcome.value;
    return { ok: true, value };
  });
};
