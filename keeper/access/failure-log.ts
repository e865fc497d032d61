import { withTenant } from "#db/tenant-tx.ts";
import type { Target } from "#lib/domain/audit-catalogue.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { Keeper } from "../keeper.ts";
import type { Caller } from "../tokens/caller.ts";

/** Bytes that did not open: what they stood in, and how many of one request they were. */
export type DecryptFailure = { target: Target; collection?: string; error: unknown };

export type FailureLog = {
  /** Logs what of a request did not open, which may be tampering, as one event. Other errors are none of its business. */
  report(caller: Caller, failures: readonly DecryptFailure[], req: string): Promise<void>;
  /** Tells what was held back, and stops. */
  close(): Promise<void>;
};

/** With the one that tells of those held back, ten a second. */
const OWN_PER_SECOND = 9;
const FAILURES: ReadonlySet<string> = new Set([
  "DECRYPT_FAILED",
  "ENVELOPE_MALFORMED",
  "ENVELOPE_UNSUPPORTED",
]);

type Told = { caller: Caller; first: DecryptFailure & { error: DomainError }; count: number; req: string };

const isFailure = (failure: DecryptFailure): failure is Told["first"] =>
  failure.error instanceof DomainError && FAILURES.has(failure.error.code);

/**
 * `crypto.decrypt_failed`: one event per request, at most ten a second for each token. What more there is in a second is
 * told in one event when the second is over, with its count: nothing is lost, and nobody can fill the log. Only here is
 * the reason told.
 */
export const createFailureLog = (keeper: Pick<Keeper, "db" | "log">): FailureLog => {
  /** What each token has written in its newest second, and what of that second waits to be told. */
  const tokens = new Map<string, { second: number; written: number; held: Told | null }>();

  const write = async ({ caller, first, count, req }: Told): Promise<void> => {
    const { target, collection, error } = first;
    const event = {
      action: "crypto.decrypt_failed" as const,
      target,
      outcome: "error" as const,
      detail: {
        reason: error.reason ?? error.code.toLowerCase(),
        count,
        ...(collection === undefined ? {} : { collection }),
      },
    };
    const meta = { source: "keeper" as const, actor: { type: "token" as const, id: caller.tokenId }, req };
    await withTenant(keeper.db, caller.tenantId, (tx) => writeEvents(tx, meta, [event])).catch(
      (err: unknown) => keeper.log.error({ err, req }, "a failed decryption could not be logged"),
    );
  };

  const flush = async (before: number): Promise<void> => {
    const over = [...tokens].filter(([, { second }]) => second < before);
    for (const [tokenId] of over) tokens.delete(tokenId);
    await Promise.all(over.map(([, { held }]) => held && write(held)));
  };
  const thisSecond = (): number => Math.floor(Date.now() / 1000);
  const timer = setInterval(() => void flush(thisSecond()), 1_000).unref();

  return {
    report: async (caller, failures, req) => {
      const real = failures.filter(isFailure);
      const [first] = real;
      if (!first) return;
      const told = { caller, first, count: real.length, req };
      const second = thisSecond();
      await flush(second);
      const token = tokens.get(caller.tokenId) ?? { second, written: 0, held: null };
      tokens.set(caller.tokenId, token);
      if (token.written >= OWN_PER_SECOND) {
        token.held = token.held ? { ...token.held, count: token.held.count + told.count } : told;
        return;
      }
      token.written += 1;
      await write(told);
    },
    close: async () => {
      clearInterval(timer);
      await flush(Number.POSITIVE_INFINITY);
    },
  };
};
