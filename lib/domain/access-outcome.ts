import type { Outcome } from "./audit-catalogue.ts";
import type { ErrorCode } from "./errors.ts";

/** How many accesses of a window ended with a code. */
export type CodeCount = { code: string; count: number };

/** Refused for how the key or its version stands. Anything else that did not go well is a failure. */
const REFUSALS: ReadonlySet<string> = new Set([
  "KEY_SUSPENDED",
  "KEY_SHREDDED",
  "VERSION_RETIRED",
  // Writes to a version that takes none, reads under a compromised one where the policy allows none.
  "INVALID_STATE",
] satisfies ErrorCode[]);

/** Of a window's accesses those with one outcome. */
export type WindowPart = { outcome: Outcome; count: number; failed: number; codes: CodeCount[] };

const total = (codes: readonly CodeCount[]): number => codes.reduce((sum, { count }) => sum + count, 0);

/**
 * A window's accesses, kept apart by how they ended: what was answered, what was refused, what failed. A window without
 * any access is `ok`; failures whose code nobody kept are `error`.
 */
export const partsOfWindow = (window: {
  count: number;
  failed: number;
  codes: readonly CodeCount[];
}): WindowPart[] => {
  const codes = window.codes.toSorted((a, b) => (a.code < b.code ? -1 : 1));
  const refusals = codes.filter(({ code }) => REFUSALS.has(code));
  const denied = total(refusals);
  const errors = Math.max(window.failed - denied, 0);
  const parts: WindowPart[] = [
    { outcome: "ok", count: Math.max(window.count - window.failed, 0), failed: 0, codes: [] },
    { outcome: "denied", count: denied, failed: denied, codes: refusals },
    {
      outcome: "error",
      count: errors,
      failed: errors,
      codes: codes.filter(({ code }) => !REFUSALS.has(code)),
    },
  ];
  const told = parts.filter(({ count }) => count > 0);
  return told.length > 0 ? told : parts.slice(0, 1);
};
