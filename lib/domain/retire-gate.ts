import { mayAttest } from "./attest-wraps.ts";
import { KEYFOLD_BACKUP_RETENTION } from "./backup-retention.ts";
import type { KeyState } from "./key-state.ts";

/** What is known of a version when somebody wants to destroy it. Instants are RFC 3339. */
export type VersionHolds = {
  state: KeyState;
  current: boolean;
  deks: number;
  /** Wraps that left Keyfold under it and have not come back. */
  issued: number;
  /** From when on it was known to be empty; null while that was never seen. */
  emptySince: string | null;
  /** The job of its key that has not ended. */
  openJob: string | null;
  /** How long backups of the database are kept; null is unknown, and unknown is never over. */
  backupSeconds: number | null;
  now: string;
};

export const HOLD_CODES = [
  "state",
  "current",
  "deks",
  "job",
  "issued",
  "backup_unknown",
  "backup_running",
] as const;
export type HoldCode = (typeof HOLD_CODES)[number];

/** One reason why a version may not be destroyed yet, and what would end it. */
export type Hold = { code: HoldCode; sentence: string };

/** Those that two people could accept, because all they protect is data. The others end only by themselves. */
const ACCEPTABLE: Readonly<Record<HoldCode, boolean>> = {
  state: false,
  current: false,
  job: false,
  deks: true,
  issued: true,
  backup_unknown: true,
  backup_running: true,
};

/** The code that retiring a version is refused with; null when nothing holds it. */
export const refusalOf = (
  holds: readonly Pick<Hold, "code">[],
): "APPROVAL_REQUIRED" | "INVALID_STATE" | null => {
  if (holds.length === 0) return null;
  return holds.every(({ code }) => ACCEPTABLE[code]) ? "APPROVAL_REQUIRED" : "INVALID_STATE";
};

/** What `APPROVAL_REQUIRED` asks for, in words. */
export const ACCEPTANCE_SENTENCE =
  "To destroy it before that would make what still needs it unreadable for good: two people have to accept that in writing, which this release of Keyfold does not offer yet.";

const counts = new Intl.NumberFormat("en-US");
const many = (n: number, one: string): string => `${counts.format(n)} ${one}${n === 1 ? "" : "s"}`;

/** The instant from which on no backup holds anything under the version; null while that is unknown. */
export const backupsOverAt = (emptySince: string | null, backupSeconds: number | null): string | null =>
  emptySince === null || backupSeconds === null
    ? null
    : new Date(Date.parse(emptySince) + backupSeconds * 1000).toISOString();

const backupHold = ({ emptySince, backupSeconds, now, deks }: VersionHolds): Hold | null => {
  if (backupSeconds === null) {
    return {
      code: "backup_unknown",
      sentence: `How long backups of the database are kept is unknown, and they may hold DEKs under it: set ${KEYFOLD_BACKUP_RETENTION} on the keepers.`,
    };
  }
  // The clock begins when the version is empty; until then the DEKs themselves are the reason.
  if (deks > 0 || backupSeconds === 0) return null;
  const over = backupsOverAt(emptySince, backupSeconds);
  if (over === null) {
    return {
      code: "backup_running",
      sentence:
        "Backups may hold DEKs under it, and their clock has not begun: it begins when retiring it is asked for.",
    };
  }
  if (over <= now) return null;
  return {
    code: "backup_running",
    sentence: `Backups that may hold DEKs under it expire on ${over.slice(0, 16).replace("T", " ")} UTC.`,
  };
};

const issuedSentence = ({ state, current, issued }: VersionHolds): string => {
  const has = issued === 1 ? "has" : "have";
  const left = `${many(issued, "wrap")} ${has} left Keyfold under it and ${has} not come back`;
  // The same DEKs under another version would stay compromised, so the rewrap call refuses them.
  if (state === "compromised")
    return `${left}: whoever keeps them, exported records included, decrypts and encrypts those values anew. Keyfold cannot see when that is done: attest then that none is left.`;
  const moves = `${left}: whoever keeps them, exported records included, moves them through the rewrap call`;
  return mayAttest({ state, current })
    ? `${moves}. When none of the others is kept any more, attest that none is left.`
    : `${moves}.`;
};

/** Every reason that still holds a version; none means that it may be destroyed. */
export const retireHolds = (version: VersionHolds): Hold[] => {
  const { state, current, deks, issued, openJob } = version;
  const holds: (Hold | null)[] = [
    state === "deactivated" || state === "compromised"
      ? null
      : {
          code: "state",
          sentence: `It is ${state}: only a version that is deactivated or compromised is retired.`,
        },
    current
      ? { code: "current", sentence: "It is the current version of its key: rotate the key first." }
      : null,
    deks > 0
      ? {
          code: "deks",
          sentence: `${many(deks, "DEK")} ${deks === 1 ? "stands" : "stand"} under it: move them away first.`,
        }
      : null,
    openJob
      ? { code: "job", sentence: `A job of its key has not ended (${openJob}): wait for it or cancel it.` }
      : null,
    issued > 0 ? { code: "issued", sentence: issuedSentence(version) } : null,
    backupHold(version),
  ];
  return holds.filter((hold) => hold !== null);
};
