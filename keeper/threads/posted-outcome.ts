import type { ErrorCode } from "#lib/domain/errors.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { attempt } from "../bulk/attempt.ts";

/** What became of one item in a thread: an error of ours does not survive the way between threads as what it is. */
export type PostedOutcome<T> = { ok: true; value: T } | PostedFailure;
export type PostedFailure = {
  ok: false;
  /** A key was used, or would have been: before that, an item was only mistyped. */
  tried: boolean;
  code: ErrorCode;
  message: string;
  reason: string | undefined;
};

/** Reads an item's form and then, with a key, does what is asked for. */
export const attemptPosted = <I, T>(read: () => I, run: (input: I) => T): PostedOutcome<T> => {
  const input = attempt(read);
  const done = input.ok ? attempt(() => run(input.value)) : input;
  if (done.ok) return done;
  const { code, message, reason } = done.error;
  return { ok: false, tried: input.ok, code, message, reason };
};

/** The error as it was thrown in the thread. */
export const errorOf = ({ code, message, reason }: PostedFailure): DomainError =>
  new DomainError(code, message, reason === undefined ? {} : { reason });
