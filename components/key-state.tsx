import type { Outcome } from "#lib/domain/audit-catalogue.ts";
import type { CmkHealth, KeyState, KeyStatus } from "#lib/domain/key-state.ts";
import type { JobStanding } from "./job-words.ts";
import { StandingMark } from "./rewrap-status.tsx";
import { Mark, type MarkLook } from "./ui/mark.tsx";

type Look = MarkLook & { word: string; title?: string };

const VERSION_LOOKS: Readonly<Record<KeyState, Look>> = {
  "pre-activation": { shape: "dashed", tone: "pending", word: "Pre-activation" },
  active: { shape: "disc", tone: "active", word: "Active", title: "Wraps new DEKs and unwraps" },
  suspended: { shape: "bars", tone: "idle", word: "Suspended", title: "Neither wraps nor unwraps" },
  deactivated: { shape: "half", tone: "idle", word: "Deactivated", title: "Unwraps, but wraps nothing new" },
  compromised: { shape: "diamond", tone: "compromised", word: "Compromised" },
  destroyed: { shape: "slashed", tone: "gone", word: "Destroyed" },
};

const STATUS_LOOKS: Readonly<Record<KeyStatus, Look>> = {
  enabled: { shape: "disc", tone: "active", word: "Enabled" },
  suspended: { shape: "bars", tone: "idle", word: "Suspended" },
  shredding: { shape: "triangle", tone: "danger", word: "Shredding" },
  shredded: { shape: "slashed", tone: "gone", word: "Shredded" },
};

const HEALTH_LOOKS: Readonly<Record<CmkHealth, Look>> = {
  enabled: { shape: "disc", tone: "active", word: "Enabled" },
  disabled: { shape: "bars", tone: "idle", word: "Disabled" },
  pending_import: { shape: "dashed", tone: "pending", word: "Pending import" },
  pending_deletion: { shape: "triangle", tone: "danger", word: "Pending deletion" },
  destroyed: { shape: "slashed", tone: "gone", word: "Destroyed" },
  forbidden: { shape: "barred", tone: "danger", word: "Forbidden" },
  throttled: { shape: "quarter", tone: "pending", word: "Throttled" },
  unreachable: { shape: "broken", tone: "pending", word: "Unreachable" },
};

const OUTCOME_LOOKS: Readonly<Record<Outcome, Look>> = {
  ok: { shape: "disc", tone: "active", word: "ok" },
  denied: { shape: "barred", tone: "danger", word: "denied" },
  error: { shape: "triangle", tone: "danger", word: "error" },
};

export const versionWord = (state: KeyState): string => VERSION_LOOKS[state].word;

const Looked = ({ word, ...look }: Look) => <Mark {...look}>{word}</Mark>;

type VersionStateProps = { state: KeyState; job?: JobStanding | null };

/** The NIST state of a version, and beside it the job that moves its DEKs. */
export const VersionState = ({ state, job = null }: VersionStateProps) => (
  <span className="inline-flex flex-wrap gap-x-3">
    <Looked {...VERSION_LOOKS[state]} />
    {job ? <StandingMark job={job} /> : null}
  </span>
);

type KeyStatusMarkProps = { status: KeyStatus; job?: JobStanding | null };

/** The status of a key, and beside it the job that has not ended. */
export const KeyStatusMark = ({ status, job = null }: KeyStatusMarkProps) => (
  <span className="inline-flex flex-wrap gap-x-3">
    <Looked {...STATUS_LOOKS[status]} />
    {job ? <StandingMark job={job} /> : null}
  </span>
);

/** What the provider says of a CMK. */
export const CmkHealthMark = ({ health }: { health: CmkHealth }) => <Looked {...HEALTH_LOOKS[health]} />;

/** How an audited act ended. */
export const OutcomeMark = ({ outcome }: { outcome: Outcome }) => <Looked {...OUTCOME_LOOKS[outcome]} />;
