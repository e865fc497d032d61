import type { Diagnosis, PreflightState, PreflightStep, PreflightStepName } from "#lib/domain/preflight.ts";
import { CodeSample } from "./ui/code-sample.tsx";
import { Mark, type MarkLook } from "./ui/mark.tsx";

const LOOKS: Readonly<Record<PreflightState, MarkLook & { word: string }>> = {
  waiting: { shape: "dashed", tone: "gone", word: "Not tried" },
  running: { shape: "quarter", tone: "moving", word: "Trying" },
  passed: { shape: "disc", tone: "active", word: "Passed" },
  missing: { shape: "barred", tone: "pending", word: "Not allowed" },
  untestable: { shape: "dashed", tone: "idle", word: "Cannot be asked" },
  failed: { shape: "triangle", tone: "danger", word: "Failed" },
};

export const STEP_TITLES: Readonly<Record<PreflightStepName, string>> = {
  reach: "Reach the address",
  authenticate: "Prove who we are",
  describe: "Describe the key",
  wrap: "Wrap a key that protects nothing",
  unwrap: "Unwrap it again",
  "wrong-context": "Fail as another tenant",
  versions: "List the versions",
  schedule: "Read the rotation schedule",
  rotate: "Permission to rotate",
};

const DiagnosisLines = ({ diagnosis, title }: { diagnosis: Diagnosis; title: string }) => (
  <div className="mt-2 grid gap-1.5">
    <p>{diagnosis.message}</p>
    <p className="text-muted">
      {diagnosis.providerCode ? (
        <>
          The provider said <span className="font-mono break-all">{diagnosis.providerCode}</span>
          {diagnosis.requestId ? (
            <>
              {" "}
              in request <span className="font-mono break-all">{diagnosis.requestId}</span>
            </>
          ) : null}
          .{" "}
        </>
      ) : null}
      Code: <span className="font-mono">{diagnosis.code}</span>
    </p>
    <p>Likely cause: {diagnosis.cause}</p>
    <CodeSample code={diagnosis.mend} label={`What to change: ${title}`} wrap />
  </div>
);

/** A test of a connection, step by step, as far as it is. */
export const PreflightSteps = ({ steps }: { steps: readonly PreflightStep[] }) => (
  <ol aria-label="Steps of the test" className="grid border-t border-line">
    {steps.map(({ name, state, tried, found, ms, diagnosis }) => {
      const { word, ...look } = LOOKS[state];
      return (
        <li key={name} className="border-b border-line py-2.5">
          <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
            <h3 className="font-medium">{STEP_TITLES[name]}</h3>
            <span className="flex items-baseline gap-x-3">
              {ms === null ? null : <span className="font-mono text-micro text-muted">{ms} ms</span>}
              <Mark {...look}>{word}</Mark>
            </span>
          </div>
          <p className="text-muted">{found.length > 0 ? found.join(" ") : `Tries ${tried}.`}</p>
          {diagnosis ? <DiagnosisLines diagnosis={diagnosis} title={STEP_TITLES[name]} /> : null}
        </li>
      );
    })}
  </ol>
);
