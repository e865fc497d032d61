import { encodeEntry } from "#lib/audit/entry.ts";
import type { Actor, EventDraft, Source } from "#lib/domain/audit-catalogue.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";
import { insertEntries } from "#db/queries/audit-write.ts";
import type { AnyTx } from "#db/tenant-tx.ts";

/** Who speaks, for whom, in which request. */
export type EventMeta = { source: Source; actor: Actor; req: string };

/**
 * Writes events into the transaction of the change they tell of, and returns their ids in order.
 * The tenant is the transaction's; in an operator's transaction it is named, or the event belongs to no tenant.
 */
export const writeEvents = async (
  tx: AnyTx,
  meta: EventMeta,
  drafts: readonly EventDraft[],
  tenant: TenantId | null = "tenantId" in tx ? tx.tenantId : null,
): Promise<string[]> => {
  const t = await tx.now();
  const { type, id: actorId, session } = meta.actor;
  const entries = drafts.map((draft) => ({
    v: 1 as const,
    id: newId(),
    t,
    tenant,
    source: meta.source,
    actor: session === undefined ? { type, id: actorId } : { type, id: actorId, session },
    outcome: "ok" as const,
    req: meta.req,
    ...draft,
  }));
  await insertEntries(tx, entries.map(encodeEntry));
  return entries.map((entry) => entry.id);
};
