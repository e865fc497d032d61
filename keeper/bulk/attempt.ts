import { DomainError } from "#lib/domain/errors.ts";

/** What became of one item of a batch. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; error: DomainError };

/** An item's own failure, which stops no other. The database away, or an error of ours, is everybody's and is thrown. */
export const failed = (error: unknown): { ok: false; error: DomainError } => {
  if (error instanceof DomainError && error.code !== "UNAVAILABLE" && error.code !== "INTERNAL")
    return { ok: false, error };
  throw error;
};

/** Does what is asked for one item. */
export const attempt = <T>(run: () => T): Outcome<T> => {
  try {
    return { ok: true, value: run() };
  } catch (error) {
    return failed(error);
  }
};

/** As `attempt`, for what waits for something. */
export const attemptAsync = (async (run) => {
  try {
    return { ok: true, value: await run() };
  } catch (error) {
    return failed(error);
  }
}) as <T>(run: () => Promise<T>) => Promise<Outcome<T>>;
