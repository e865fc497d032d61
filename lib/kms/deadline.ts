import { DomainError } from "#lib/domain/errors.ts";
import type { CallOptions } from "./port.ts";

export const CALL_TIMEOUT_MS = 10_000;

/**
 * Runs one call to a KMS under a deadline. The call gets a signal, and is abandoned when it does not heed it.
 *
 * @throws `KMS_TIMEOUT` when the time is up; the signal's own reason when the caller ended it.
 */
export const withDeadline = async <T>(
  options: CallOptions | undefined,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const timeoutMs = options?.timeoutMs ?? CALL_TIMEOUT_MS;
  const timer = new AbortController();
  const signal = options?.signal ? AbortSignal.any([options.signal, timer.signal]) : timer.signal;
  const timeout = setTimeout(() => timer.abort(timedOut(timeoutMs)), timeoutMs);
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(signal.reason);
  signal.addEventListener("abort", end, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([call(signal), ended]);
  } finally {
    clearTimeout(timeout);
    signal.removeEventListener("abort", end);
  }
};

const timedOut = (timeoutMs: number): DomainError =>
  new DomainError("KMS_TIMEOUT", `The KMS did not answer within ${timeoutMs} ms.`);
