import type { CmkHealth } from "./key-state.ts";

/** What a connection's test tries, in this order; it stops at the first that fails. */
export const PREFLIGHT_STEPS = [
  "reach",
  "authenticate",
  "describe",
  "wrap",
  "unwrap",
  "wrong-context",
  "versions",
  "schedule",
  "rotate",
] as const;
export type PreflightStepName = (typeof PREFLIGHT_STEPS)[number];

/** `untestable`: the provider has no way to ask without doing it. `missing`: not allowed, and Keyfold works without it. */
export const PREFLIGHT_STATES = ["waiting", "running", "passed", "missing", "untestable", "failed"] as const;
export type PreflightState = (typeof PREFLIGHT_STATES)[number];

/** Why a step did not pass, and what mends it. Shown to who owns the connection and to nobody else. */
export type Diagnosis = {
  code: string;
  /** What Keyfold says of it, in one sentence. */
  message: string;
  providerCode: string | null;
  providerStatus: number | null;
  requestId: string | null;
  cause: string;
  /** The exact line to change, or the command. */
  mend: string;
};

export type PreflightStep = {
  name: PreflightStepName;
  state: PreflightState;
  /** What was asked of the provider. */
  tried: string;
  /** What was found, in sentences. */
  found: string[];
  ms: number | null;
  diagnosis: Diagnosis | null;
};

/** What an administrator should know of a CMK that works. */
export type PreflightWarning = { code: string; sentence: string };

/** One test of a connection, kept as it was. */
export type PreflightView = {
  id: string;
  startedAt: string;
  finishedAt: string | null;
  passed: boolean | null;
  steps: PreflightStep[];
  warnings: PreflightWarning[];
  /** Of the calls that the test made. */
  p50Ms: number | null;
  p95Ms: number | null;
};

/** One version of the CMK as its provider lists it. */
export type ProviderVersion = {
  version: string;
  health: CmkHealth;
  createdAt: string | null;
  current: boolean;
};
