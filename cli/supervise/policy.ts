/** When a process that died is started again: `design.md`, Processes. */
export const RESTART_LIMITS = {
  delayMsFirst: 1_000,
  delayMsMax: 30_000,
  restartsMax: 10,
  windowMs: 5 * 60_000,
  healthyMs: 60_000,
} as const;

export type RestartState = {
  /** Instants of the restarts that still count, oldest first, in milliseconds. */
  restarts: readonly number[];
  /** Deaths in a row without a minute of health between them. */
  failures: number;
};

export type RestartDecision = { kind: "restart"; afterMs: number; state: RestartState } | { kind: "give-up" };

export const NO_RESTARTS: RestartState = { restarts: [], failures: 0 };

/**
 * What to do about a process that has just died.
 *
 * @param now the instant of its death
 * @param healthyMs how long it had been ready when it died; 0 when it never was
 */
export const onDeath = (state: RestartState, now: number, healthyMs: number): RestartDecision => {
  const before = healthyMs >= RESTART_LIMITS.healthyMs ? NO_RESTARTS : state;
  const restarts = before.restarts.filter((instant) => now - instant < RESTART_LIMITS.windowMs);
  if (restarts.length >= RESTART_LIMITS.restartsMax) return { kind: "give-up" };
  const afterMs = Math.min(RESTART_LIMITS.delayMsFirst * 2 ** before.failures, RESTART_LIMITS.delayMsMax);
  return { kind: "restart", afterMs, state: { restarts: [...restarts, now], failures: before.failures + 1 } };
};
