import { insertOperation } from "#db/queries/operation.ts";
import { isTestDue } from "#db/queries/preflight.ts";
import type { OwnerTx } from "#db/tenant-tx.ts";
import { newId } from "#lib/domain/ids.ts";
import type { EventMeta } from "#lib/services/audit/write-event.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";

const EVERY_HOURS = 24;

/** Asks for a connection's test when the last one is a day old: what drifts at the provider is found before it is needed. */
export const requestDailyTest = async (tx: OwnerTx, meta: EventMeta, connectionId: string): Promise<void> => {
  if (!(await isTestDue(tx, connectionId, EVERY_HOURS))) return;
  const id = newId();
  const event = {
    action: "connection.test_requested" as const,
    target: { type: "connection" as const, id: connectionId },
    reason: "daily",
    detail: { operation: id },
  };
  const [eventId = ""] = await writeEvents(tx, meta, [event]);
  const { actor, req } = meta;
  await insertOperation(tx, { kind: "test-connection", input: { connectionId }, id, actor, req, eventId });
};
