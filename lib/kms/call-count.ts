import type { ErrorCode } from "#lib/domain/errors.ts";

export const KMS_OPERATIONS = [
  "wrap",
  "unwrap",
  "describe",
  "createVersion",
  "destroyVersion",
  "check",
] as const;
export type KmsOperation = (typeof KMS_OPERATIONS)[number];

/** What a connection asked of its provider since the last `take`. */
export type CallCounts = {
  calls: Readonly<Partial<Record<KmsOperation, number>>>;
  failures: Readonly<Partial<Record<ErrorCode, number>>>;
  /** What the calls were for the provider, logins included: one call may be two requests. */
  requests: number;
  /** The most requests that left in one second. */
  busiestSecond: number;
  /** How long half and 95 of 100 of the calls that got an answer took at most. */
  p50Ms: number | null;
  p95Ms: number | null;
};

const LATENCIES_MAX = 1000;

/** Counts calls as they leave, those that are tried again once each. */
export const createCallCounter = () => {
  let calls: Partial<Record<KmsOperation, number>> = {};
  let failures: Partial<Record<ErrorCode, number>> = {};
  let latenciesMs: number[] = [];
  let requests = 0;
  let busiestSecond = 0;
  let second = { at: 0, requests: 0 };
  const read = (): CallCounts => ({
    calls: { ...calls },
    failures: { ...failures },
    requests,
    busiestSecond,
    p50Ms: percentile(latenciesMs, 0.5),
    p95Ms: percentile(latenciesMs, 0.95),
  });
  return {
    left: (operation: KmsOperation): void => {
      calls[operation] = (calls[operation] ?? 0) + 1;
    },
    /** A request leaves. */
    requested: (now = Date.now()): void => {
      const at = Math.floor(now / 1000);
      if (second.at !== at) second = { at, requests: 0 };
      second.requests += 1;
      requests += 1;
      busiestSecond = Math.max(busiestSecond, second.requests);
    },
    answered: (ms: number): void => {
      if (latenciesMs.length >= LATENCIES_MAX) latenciesMs.shift();
      latenciesMs.push(ms);
    },
    failed: (code: ErrorCode): void => {
      failures[code] = (failures[code] ?? 0) + 1;
    },
    read,
    /** What `read` says, and begins anew. */
    take: (): CallCounts => {
      const counts = read();
      calls = {};
      failures = {};
      latenciesMs = [];
      requests = 0;
      busiestSecond = 0;
      return counts;
    },
  };
};

const percentile = (values: readonly number[], share: number): number | null => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
};
