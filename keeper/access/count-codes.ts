import type { CodeCount } from "#lib/domain/access-outcome.ts";
import { DomainError } from "#lib/domain/errors.ts";

/** What nobody knows the code of counts as ours. There are as many codes as `ERROR_CODES` has, so a window stays small. */
const codeOf = (error: unknown): string => (error instanceof DomainError ? error.code : "INTERNAL");

/** Adds what did not go well to the counts of a window, by its code. */
export const addCodes = (codes: Map<string, number>, errors: readonly unknown[]): void => {
  for (const error of errors) {
    const code = codeOf(error);
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
};

export const countsOf = (codes: ReadonlyMap<string, number>): CodeCount[] =>
  [...codes].map(([code, count]) => ({ code, count }));
