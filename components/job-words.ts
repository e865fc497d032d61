import type { JobMode } from "#lib/domain/job.ts";

/** What a kind of job is called, and what it does in a sentence. */
export const JOB_WORDS: Readonly<
  Record<JobMode, { noun: string; doing: string; verb: string; does: string }>
> = {
  rewrap: {
    noun: "Rewrap",
    doing: "Rewrapping",
    verb: "rewrap",
    does: "Same DEKs, wrapped anew under the current version. The data itself is not touched. Right after a rotation.",
  },
  "re-encrypt": {
    noun: "Re-encrypt",
    doing: "Re-encrypting",
    verb: "re-encrypt",
    does: "New DEKs and new ciphertext for every record stored until now. Slower. Needed when a version is compromised: whoever has it may have the DEKs, too.",
  },
};
