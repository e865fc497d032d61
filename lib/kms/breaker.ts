import { DomainError, type ErrorCode } from "#lib/domain/errors.ts";
import { KmsError } from "./kms-error.ts";

export type BreakerState = "closed" | "open" | "half-open";

export type Breaker = {
  state(): BreakerState;
  run<T>(call: () => Promise<T>): Promise<T>;
};

/** Only what says that the provider is not there: a refusal is an answer, and one tenant's bad blob closes nothing. */
const COUNTED: readonly ErrorCode[] = ["KMS_UNAVAILABLE", "KMS_TIMEOUT"];

/** After so many failures in a row, asks nothing for a while and then lets one call try. */
export const createBreaker = (
  { failuresMax, openMs }: { failuresMax: number; openMs: number },
  now: () => number = Date.now,
): Breaker => {
  let failures = 0;
  let openedAt: number | null = null;
  let isTrying = false;

  const state = (): BreakerState =>
    openedAt === null ? "closed" : now() - openedAt < openMs ? "open" : "half-open";

  const settle = (failed: boolean): void => {
    failures = failed ? failures + 1 : 0;
    if (!failed) openedAt = null;
    else if (failures >= failuresMax) openedAt = now();
  };

  return {
    state,
    run: async (call) => {
      const before = state();
      if (before === "open" || (before === "half-open" && isTrying)) {
        throw new KmsError(
          "KMS_UNAVAILABLE",
          "The KMS has not answered for a while and is left alone for a moment.",
          {
            code: "breaker:open",
          },
        );
      }
      isTrying = before === "half-open";
      try {
        const result = await call();
        settle(false);
        return result;
      } catch (error) {
        // Whoever left of his own accord says nothing of the provider.
        if (error instanceof DomainError) settle(COUNTED.includes(error.code));
        throw error;
      } finally {
        isTrying = false;
      }
    },
  };
};
