import { DomainError } from "#lib/domain/errors.ts";
import { KmsError } from "./kms-error.ts";

export type RetryOptions = {
  /** Calls in all, the first one included. */
  attemptsMax: number;
  firstWaitMs: number;
  waitMsMax: number;
};

export const RETRY_DEFAULTS: RetryOptions = { attemptsMax: 4, firstWaitMs: 100, waitMsMax: 5_000 };

/** Tries that a connection has left: each success earns a part of one, so that a failing provider is not asked more and more. */
export type RetryBudget = { take(): boolean; earn(): void };

const PRICE = 10;
const EARNED_PER_SUCCESS = 1;
const BUDGET_MAX = 10 * PRICE;

export const createRetryBudget = (): RetryBudget => {
  let left = BUDGET_MAX;
  return {
    take: () => {
      if (left < PRICE) return false;
      left -= PRICE;
      return true;
    },
    earn: () => {
      left = Math.min(BUDGET_MAX, left + EARNED_PER_SUCCESS);
    },
  };
};

/**
 * Tries again what may succeed later, after what the provider asks for or a random wait that doubles; never beyond the
 * deadline of the signal. A wait that the provider asks for and that is longer than ours may be ends the call at once.
 *
 * @throws what the last call threw.
 */
export const withRetries = async <T>(
  call: () => Promise<T>,
  options: RetryOptions,
  budget: RetryBudget,
  signal: AbortSignal | undefined,
  random: () => number = Math.random,
): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      const result = await call();
      budget.earn();
      return result;
    } catch (error) {
      if (!(error instanceof DomainError) || !error.retryable || attempt >= options.attemptsMax) throw error;
      const asked = error instanceof KmsError ? error.answer.retryAfterMs : undefined;
      const wait = waitMs(attempt, asked, options, random);
      if (wait === null || !budget.take()) throw error;
      await sleep(wait, signal);
    }
  }
};

/** How long to wait before the next call, or null for longer than a caller should be kept. */
const waitMs = (
  attempt: number,
  asked: number | undefined,
  { firstWaitMs, waitMsMax }: RetryOptions,
  random: () => number,
): number | null => {
  const own = Math.min(waitMsMax, firstWaitMs * 2 ** (attempt - 1)) * random();
  if (asked === undefined) return own;
  return asked > waitMsMax ? null : asked + own;
};

const sleep = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    const leave = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    function done(): void {
      signal?.removeEventListener("abort", leave);
      resolve();
    }
    if (signal?.aborted) return leave();
    signal?.addEventListener("abort", leave, { once: true });
  });
