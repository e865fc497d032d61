import type { SealedConnection } from "#db/queries/connection.ts";
import {
  findConnectedCmk,
  insertConnectedCmk,
  lockConnection,
  updateConnectedCmk,
} from "#db/queries/connection.ts";
import type { OwnerTx } from "#db/tenant-tx.ts";
import type { EventDraft } from "#lib/domain/audit-catalogue.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import type { CmkHealth } from "#lib/domain/key-state.ts";

/** What was seen of a CMK; a null version is one that could not be asked for. */
export type Seen = { health: CmkHealth; version: string | null; code: string | null };

/** Brings the CMK's row to what was seen of it, and returns the events of what changed. */
export const noteCmk = async (
  tx: OwnerTx,
  connection: Pick<SealedConnection, "id" | "provider" | "custody" | "providerKeyId">,
  seen: Seen,
): Promise<EventDraft[]> => {
  const { id, provider, custody, providerKeyId } = connection;
  const target = { type: "cmk" as const, id };
  if (!(await lockConnection(tx, id, "share"))) throw notFound("connection");
  const before = await findConnectedCmk(tx, id);
  if (!before) {
    if (seen.version === null) return [];
    await insertConnectedCmk(tx, { id, provider, providerKeyId, custody, providerVersion: seen.version });
    return [{ action: "cmk.connected", target, detail: { provider, cmk_version: seen.version } }];
  }
  const isNew = seen.version !== null && seen.version !== before.providerVersion;
  const after = {
    health: seen.health,
    number: before.number + (isNew ? 1 : 0),
    providerVersion: seen.version ?? before.providerVersion,
  };
  if (!isNew && after.health === before.health) return [];
  if (!(await updateConnectedCmk(tx, id, before, after)))
    throw new DomainError("CONFLICT", "Another keeper looked at the CMK meanwhile.");
  const events: EventDraft[] = [];
  if (after.health !== before.health) {
    events.push({
      action: "cmk.health_changed",
      target,
      outcome: after.health === "enabled" ? "ok" : "error",
      detail: { from: before.health, to: after.health, ...(seen.code !== null && { code: seen.code }) },
    });
  }
  if (isNew) {
    events.push({
      action: "cmk.version_seen",
      target,
      detail: { from: before.providerVersion, to: after.providerVersion },
    });
  }
  return events;
};
