import { DomainError, type ErrorCode } from "#lib/domain/errors.ts";

export type KmsErrorCode = Extract<ErrorCode, `KMS_${string}`>;

/** What the provider itself said, for the diagnosis of a connection; never a body, never a secret. */
export type ProviderAnswer = {
  /** The provider's own code, such as `AccessDeniedException`. */
  code?: string;
  status?: number;
  requestId?: string;
  /** The permission that is missing, where the provider names it, such as `kms:Decrypt`. */
  action?: string;
  /** How long the provider asks to wait. */
  retryAfterMs?: number;
};

/** A failed call to a provider: the code of ours that callers act on, and what the provider said. */
export class KmsError extends DomainError {
  readonly answer: ProviderAnswer;

  constructor(code: KmsErrorCode, message: string, answer: ProviderAnswer = {}, cause?: unknown) {
    super(code, message, { cause, reason: answer.code });
    this.answer = answer;
  }
}

const DEPTH_MAX = 5;

/** The error of ours that a library wrapped in its own, or undefined. */
export const domainErrorIn = (error: unknown): DomainError | undefined => {
  let inner = error;
  for (let depth = 0; depth < DEPTH_MAX && inner instanceof Error; depth++) {
    if (inner instanceof DomainError) return inner;
    inner = inner.cause;
  }
  return undefined;
};

/**
 * Runs one call to a provider. It is left when the caller goes, and whatever it throws becomes a `KMS_…` error once.
 *
 * @throws the signal's own reason, or an error of the KMS group.
 */
export const askProvider = async <T>(
  signal: AbortSignal | undefined,
  toKmsError: (error: unknown) => DomainError,
  call: () => Promise<T>,
): Promise<T> => {
  signal?.throwIfAborted();
  const { promise: gone, reject } = Promise.withResolvers<never>();
  const leave = (): void => reject(signal?.reason);
  signal?.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([call(), gone]);
  } catch (error) {
    signal?.throwIfAborted();
    throw domainErrorIn(error) ?? toKmsError(error);
  } finally {
    signal?.removeEventListener("abort", leave);
  }
};

/** Functions of call options, each run by `asking`: what it throws becomes an error of ours. */
export const askingAll = <T extends Record<string, ((call?: C) => Promise<unknown>) | undefined>, C>(
  asking: <R>(call: C | undefined, ask: () => Promise<R>) => Promise<R>,
  functions: T,
): T => {
  const wrapped = Object.entries(functions).map(([name, ask]) => [
    name,
    ask && ((call?: C) => asking(call, () => ask(call))),
  ]);
  return Object.fromEntries(wrapped) as T;
};

/** An answer that cannot be true: another key's, of another length, without what it must hold. */
export const badResponse = (sentence: string): KmsError => new KmsError("KMS_BAD_RESPONSE", sentence);

/** A postcondition on an answer. */
export const expectAnswer: (holds: boolean, sentence: string) => asserts holds = (holds, sentence) => {
  if (!holds) throw badResponse(sentence);
};

/** The milliseconds in a `Retry-After` header, which holds seconds or a date (RFC 9110, 10.2.3). */
export const retryAfterMs = (value: string | null | undefined, now = Date.now()): number | undefined => {
  if (!value) return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
};
