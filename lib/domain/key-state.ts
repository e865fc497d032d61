import { DomainError } from "./errors.ts";

/** NIST SP 800-57 part 1 rev. 5, section 7: the states of a key version. */
export const KEY_STATES = [
  "pre-activation",
  "active",
  "suspended",
  "deactivated",
  "compromised",
  "destroyed",
] as const;
export type KeyState = (typeof KEY_STATES)[number];

/** The status of a key, beside the states of its versions. */
export const KEY_STATUSES = ["enabled", "suspended", "shredding", "shredded"] as const;
export type KeyStatus = (typeof KEY_STATUSES)[number];

/** Whose the CMK is. */
export const CUSTODIES = ["platform", "vendor", "customer"] as const;
export type Custody = (typeof CUSTODIES)[number];

/** What a provider says of a CMK; not a state of ours. */
export const CMK_HEALTHS = [
  "enabled",
  "disabled",
  "pending_import",
  "pending_deletion",
  "destroyed",
  "forbidden",
  "throttled",
  "unreachable",
] as const;
export type CmkHealth = (typeof CMK_HEALTHS)[number];

/**
 * The transitions of SP 800-57 part 1 rev. 5, figure 5. The database holds the same table
 * (`key_state_transition`); a test compares the two. Compromised never clears, and deactivated never returns.
 */
export const KEY_TRANSITIONS: Readonly<Record<KeyState, readonly KeyState[]>> = {
  "pre-activation": ["active", "compromised", "destroyed"],
  active: ["suspended", "deactivated", "compromised", "destroyed"],
  suspended: ["active", "deactivated", "compromised", "destroyed"],
  deactivated: ["compromised", "destroyed"],
  compromised: ["destroyed"],
  destroyed: [],
};

/** The state after the change, or `INVALID_STATE`. */
export const transition = (from: KeyState, to: KeyState): KeyState => {
  if (!KEY_TRANSITIONS[from].includes(to)) {
    throw new DomainError("INVALID_STATE", `A key version that is ${from} cannot become ${to}.`);
  }
  return to;
};

/** May a version in this state wrap new DEKs? */
export const mayWrap = (state: KeyState): boolean => state === "active";

/** May a version in this state unwrap DEKs for reads and rewraps? Compromised: allowed by default, each access logged. */
export const mayUnwrap = (state: KeyState): boolean =>
  state === "active" || state === "deactivated" || state === "compromised";
