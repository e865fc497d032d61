import type { AnyTx } from "#db/tenant-tx.ts";
import { withOperator, withTenant } from "#db/tenant-tx.ts";
import type { EventDraft } from "#lib/domain/audit-catalogue.ts";
import type { EventLimit } from "#lib/domain/event-limit.ts";
import { createEventLimit } from "#lib/domain/event-limit.ts";
import type { TenantId, TokenId } from "#lib/domain/ids.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { Keeper } from "../keeper.ts";

const oncePerSecond = createEventLimit({ perSecond: 1 });

/**
 * Logs that a token was refused, or what it asked for: at most one event a second for each token and action, unless a
 * limit of the caller's says otherwise.
 * The request is refused either way, also when the event cannot be written.
 */
export const reportDenial = async (
  keeper: Pick<Keeper, "db" | "log">,
  { tenantId, tokenId }: { tenantId: TenantId | null; tokenId: TokenId },
  draft: (suppressed: { suppressed?: number }) => EventDraft,
  req: string,
  limit: EventLimit = oncePerSecond,
): Promise<void> => {
  const { action } = draft({});
  const { write, suppressed } = limit(`${tokenId} ${action}`, Date.now());
  if (!write) return;
  const event = { ...draft(suppressed > 0 ? { suppressed } : {}), outcome: "denied" as const };
  const meta = { source: "keeper" as const, actor: { type: "token" as const, id: tokenId }, req };
  const tell = (tx: AnyTx) => writeEvents(tx, meta, [event]);
  await (tenantId === null ? withOperator(keeper.db, tell) : withTenant(keeper.db, tenantId, tell)).catch(
    (err: unknown) => keeper.log.error({ err, req, action }, "a denial could not be logged"),
  );
};
