import { withTenant } from "#db/tenant-tx.ts";
import { createEventLimit } from "#lib/domain/event-limit.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { Keeper } from "../keeper.ts";
import type { Caller } from "../tokens/caller.ts";

const limit = createEventLimit({ perSecond: 10 });

const FAILURES: ReadonlySet<string> = new Set([
  "DECRYPT_FAILED",
  "ENVELOPE_MALFORMED",
  "ENVELOPE_UNSUPPORTED",
]);

/**
 * Logs that stored bytes did not open, which may be tampering: one event per request, at most ten a second for each
 * token, with the count of those it stands for. Only here is the reason told. Other errors are none of its business.
 */
export const reportDecryptFailure = async (
  keeper: Pick<Keeper, "db" | "log">,
  caller: Caller,
  record: { id: string; collection: string },
  error: unknown,
  req: string,
): Promise<void> => {
  if (!(error instanceof DomainError) || !FAILURES.has(error.code)) return;
  const { write, suppressed } = limit(caller.tokenId, Date.now());
  if (!write) return;
  const event = {
    action: "crypto.decrypt_failed" as const,
    target: { type: "record" as const, id: record.id },
    outcome: "error" as const,
    detail: {
      reason: error.reason ?? error.code.toLowerCase(),
      count: suppressed + 1,
      collection: record.collection,
    },
  };
  const meta = { source: "keeper" as const, actor: { type: "token" as const, id: caller.tokenId }, req };
  await withTenant(keeper.db, caller.tenantId, (tx) => writeEvents(tx, meta, [event])).catch((err: unknown) =>
    keeper.log.error({ err, req }, "a failed decryption could not be logged"),
  );
};
