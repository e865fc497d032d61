import { insertOperation } from "#db/queries/operation.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { newId } from "#lib/domain/ids.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { Keeper } from "../keeper.ts";
import { keeperMeta } from "../keeper.ts";

/** Asks for the next version of a key whose current one nears the most wraps it may make: before it has made them. */
export const rotateWornVersion = async (
  keeper: Keeper,
  tenantId: TenantId,
  { keyId, version }: { keyId: string; version: number },
  req: string,
): Promise<void> => {
  const meta = keeperMeta(keeper, req);
  const id = newId();
  await withTenant(keeper.db, tenantId, async (tx) => {
    const event = {
      action: "key.rotation_requested" as const,
      target: { type: "key" as const, id: keyId },
      reason: "wraps",
      detail: { operation: id, expected_version: version },
    };
    const [eventId = ""] = await writeEvents(tx, meta, [event]);
    const input = { keyId, expectedVersion: version };
    await insertOperation(tx, { kind: "rotate-key", input, id, actor: meta.actor, req, eventId });
  });
};
