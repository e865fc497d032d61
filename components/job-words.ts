import type { JobMode, JobStatus, JobView } from "#lib/domain/job.ts";

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

/** What a job needs to be named by where it stands beside its key. */
export type JobStanding = Pick<JobView, "mode" | "status" | "wait_code" | "target_version">;

const WAITS: Readonly<Record<string, { cause: string; until: string }>> = {
  KEY_SUSPENDED: { cause: "the key is suspended", until: "when the key is resumed" },
  INVALID_STATE: { cause: "the key has no active version", until: "after a rotation" },
};

const STANDINGS: Readonly<Partial<Record<JobStatus, string>>> = {
  queued: "queued",
  paused: "paused",
  finishing: "finishing",
};

/** What a job waits for: in words where there are some, or the code. */
export const waitWords = (code: string | null): string =>
  code === null ? "the KMS" : (WAITS[code]?.cause ?? code);

/** What ends the wait for a code, where that is known. */
export const waitEnds = (code: string | null): string | undefined =>
  code === null ? undefined : WAITS[code]?.until;

/** A job that has not ended, in the words that stand beside its key: what it does, or why it does nothing now. */
export const standingWords = ({ mode, status, wait_code }: Omit<JobStanding, "target_version">): string => {
  const { noun, doing } = JOB_WORDS[mode];
  if (status === "running") return doing;
  if (status === "waiting") return `${noun} waits: ${waitWords(wait_code)}`;
  return `${noun} ${STANDINGS[status] ?? status}`;
};
