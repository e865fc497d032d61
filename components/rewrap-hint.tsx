import { waitEnds, waitWords } from "./job-words.ts";
import type { RewrapJobView } from "./rewrap-view.ts";

const HINTS = {
  paused: "Paused. Reads keep working.",
  finishing: "All moved. Waiting until no older write can be under way, then counting again.",
  cancelled: "Cancelled. What was not moved stays on its older version.",
} as const;

/** What the job does to the data, or what it waits for. */
export const RewrapHint = ({ job }: { job: RewrapJobView }) => {
  if (job.status === "waiting") {
    const until = waitEnds(job.wait_code);
    if (until) {
      return (
        <p className="text-pending">
          Waiting: {waitWords(job.wait_code)}. It goes on by itself {until}.
          <Code code={job.wait_code} />
        </p>
      );
    }
    return (
      <p className="text-pending">
        Waiting for the KMS
        <Code code={job.wait_code} />. It goes on by itself.
      </p>
    );
  }
  if (job.status === "failed") {
    return (
      <p className="text-danger">
        It cannot go on
        <Code code={job.wait_code} />. What was moved stays moved; the rest stays on its older version.
      </p>
    );
  }
  const hint = job.status in HINTS ? HINTS[job.status as keyof typeof HINTS] : null;
  return (
    <p className="text-muted">
      {hint ??
        (job.mode === "rewrap"
          ? `Same DEKs, wrapped under v${job.target_version}. The data itself is not touched.`
          : `New DEKs and new ciphertext under v${job.target_version}, for every record stored before the job.`)}
    </p>
  );
};

const Code = ({ code }: { code: string | null }) =>
  code ? (
    <>
      {" "}
      (<span className="font-mono">{code}</span>)
    </>
  ) : null;
