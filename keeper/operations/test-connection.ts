import { addCalls } from "#db/queries/call-hour.ts";
import { endPreflight, insertPreflight } from "#db/queries/preflight.ts";
import { findProbe, noteProbe, putProbe } from "#db/queries/probe.ts";
import type { SealedConnection } from "#db/queries/connection.ts";
import type { OwnerTx } from "#db/tenant-tx.ts";
import type { EventDraft } from "#lib/domain/audit-catalogue.ts";
import { toCallHour } from "../connections/to-call-hour.ts";
import type { Diagnosis } from "#lib/domain/preflight.ts";
import type { CmkDescription } from "#lib/kms/port.ts";
import { toProviderVersions } from "../connections/provider-versions.ts";
import { runPreflight, waitingSteps } from "../connections/preflight/run-preflight.ts";
import { readConnection } from "../connections/read-connection.ts";
import { noteCmk } from "../connections/note-cmk.ts";
import type { OwnerEffect } from "./effect.ts";
import { withOwner } from "../connections/with-owner.ts";

type Unusable = { now: Date; description: CmkDescription | undefined; diagnosis: Diagnosis | null };

/**
 * What the provider itself said of a key that cannot be used is its health from now on, and need not wait for the next
 * probe. Other failures are of one call, which proves nothing of the keys that are open.
 */
const noteUnusable = async (
  tx: OwnerTx,
  row: SealedConnection,
  { now, description, diagnosis }: Unusable,
): Promise<EventDraft[]> => {
  if (!description || description.health === "enabled") return [];
  const probe = await findProbe(tx, row.id);
  if (!probe) return [];
  const { health, deletionAt, algorithm, protection } = description;
  const { code, message } = diagnosis ?? { code: null, message: null };
  const versions = toProviderVersions(description);
  const finding = { health, code, message, deletionAt, latencyMs: null, algorithm, protection, versions };
  await noteProbe(tx, row.id, now, probe.health, finding);
  return noteCmk(tx, row, { health, version: null, code });
};

/**
 * Tests a connection and keeps what was found. The test has the operation's id, so that whoever asked can watch it.
 * The first that passes makes the connection's CMK one that keys can be put under.
 */
export const testConnection: OwnerEffect<"test-connection"> = async ({ keeper, operation, input }) => {
  const { ownerId, id: preflightId } = operation;
  const { connectionId } = input;
  const row = await readConnection(keeper, ownerId, connectionId, operation.req);
  await withOwner(keeper, ownerId, (tx) =>
    insertPreflight(tx, { id: preflightId, connectionId, steps: waitingSteps() }),
  );
  const { passed, steps, learned, counts } = await runPreflight(keeper, ownerId, row, preflightId);
  return async (tx) => {
    const now = new Date(await tx.now());
    const { p50Ms, p95Ms } = counts;
    const { warnings, canary, versions, description } = learned;
    // What must fail, and did, is no failure: the canary as another tenant.
    const failures = steps.filter(({ diagnosis }) => diagnosis !== null).length;
    await addCalls(tx, connectionId, { ...toCallHour(counts), failures });
    await endPreflight(tx, preflightId, { finishedAt: now, passed, steps, warnings, p50Ms, p95Ms });
    const failed = steps.find(({ state }) => state === "failed");
    const events: EventDraft[] = [
      {
        action: "connection.tested",
        target: { type: "connection", id: connectionId },
        outcome: passed ? "ok" : "error",
        detail: {
          preflight: preflightId,
          passed,
          ...(failed && { step: failed.name, code: failed.diagnosis?.code ?? "INTERNAL" }),
        },
      },
    ];
    if (passed && canary && description) {
      const current = description.currentVersion ?? canary.cmkVersion;
      events.push(...(await noteCmk(tx, row, { health: "enabled", version: current, code: null })));
      await putProbe(
        tx,
        connectionId,
        now,
        { canary: canary.blob, canaryVersion: canary.cmkVersion },
        {
          health: "enabled",
          code: null,
          message: null,
          deletionAt: null,
          latencyMs: p50Ms,
          algorithm: description.algorithm,
          protection: description.protection,
          versions,
        },
      );
    }
    events.push(...(await noteUnusable(tx, row, { now, description, diagnosis: failed?.diagnosis ?? null })));
    return { outcome: { connectionId, preflight: preflightId, passed, step: failed?.name ?? null }, events };
  };
};
