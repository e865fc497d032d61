import type { SealedConnection } from "#db/queries/connection.ts";
import type { ProbeFinding, ProbeRow } from "#db/queries/probe.ts";
import { findProbe, noteProbe, putProbe } from "#db/queries/probe.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { OwnerId } from "#lib/domain/ids.ts";
import { healthOfFailure } from "#lib/kms/health.ts";
import type { CmkDescription, KmsAdapter, Wrapped } from "#lib/kms/port.ts";
import { unwrapKek, wrapKek } from "#lib/kms/wrap-kek.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { Keeper } from "../keeper.ts";
import { keeperMeta } from "../keeper.ts";
import { canaryBinding } from "./canary.ts";
import { noteCmk } from "./note-cmk.ts";
import { openConnection } from "./open-cmk.ts";
import { canaryOf } from "./preflight/steps.ts";
import { toProviderVersions } from "./provider-versions.ts";
import { readConnection } from "./read-connection.ts";
import { requestDailyTest } from "./request-daily-test.ts";
import { withOwner } from "./with-owner.ts";

type Found = { finding: ProbeFinding; version: string | null; canary?: Wrapped };

/** A description tells more, and is not needed: an AWS role may unwrap and not describe. */
const describeIfAllowed = (adapter: KmsAdapter): Promise<CmkDescription | null> =>
  adapter.describe().catch((error: unknown) => {
    if (error instanceof DomainError) return null;
    throw error;
  });

/**
 * Unwraps the canary, which alone proves that keys open: at Azure a wrap succeeds with a key that is disabled. What
 * wraps next is another version after a rotation, so its state counts too, and the canary follows it.
 */
const look = async (
  adapter: KmsAdapter,
  row: SealedConnection,
  ownerId: OwnerId,
  probe: ProbeRow,
): Promise<Found> => {
  const binding = canaryBinding(ownerId, row.id);
  const startedAt = performance.now();
  await unwrapKek(adapter, { blob: probe.canary, cmkVersion: probe.canaryVersion }, binding);
  const latencyMs = performance.now() - startedAt;
  const described = await describeIfAllowed(adapter);
  const version = described?.currentVersion ?? null;
  const health = described?.health ?? "enabled";
  const finding: ProbeFinding = {
    health,
    code: null,
    message: null,
    deletionAt: described?.deletionAt ?? null,
    latencyMs,
    ...(described && {
      algorithm: described.algorithm,
      protection: described.protection,
      versions: toProviderVersions(described),
    }),
  };
  if (health !== "enabled" || version === null || version === probe.canaryVersion)
    return { finding, version };
  return { finding, version, canary: await wrapKek(adapter, canaryOf(binding), binding) };
};

const failed = async (adapter: KmsAdapter | null, error: DomainError): Promise<Found> => {
  const health = healthOfFailure(error.code) ?? "unreachable";
  const described =
    adapter !== null && health === "pending_deletion" ? await describeIfAllowed(adapter) : null;
  const { code, message } = error;
  const finding = { health, code, message, deletionAt: described?.deletionAt ?? null, latencyMs: null };
  return { finding, version: null };
};

const lookOrFail = async (
  keeper: Keeper,
  ownerId: OwnerId,
  row: SealedConnection,
  probe: ProbeRow,
  req: string,
): Promise<Found> => {
  let adapter: KmsAdapter | null = null;
  try {
    ({ adapter } = await openConnection(keeper, ownerId, row.id, req));
    return await look(adapter, row, ownerId, probe);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return failed(adapter, error);
  }
};

/** Looks at a connection's CMK and notes what it found; a change of health or version is an event. */
export const probeConnection = async (
  keeper: Keeper,
  ownerId: OwnerId,
  connectionId: string,
  req: string,
): Promise<void> => {
  const row = await readConnection(keeper, ownerId, connectionId, req);
  const probe = await withOwner(keeper, ownerId, (tx) => findProbe(tx, connectionId));
  if (!probe) return;
  const { finding, version, canary } = await lookOrFail(keeper, ownerId, row, probe, req);
  await withOwner(keeper, ownerId, async (tx) => {
    const now = new Date(await tx.now());
    const events = await noteCmk(tx, row, { health: finding.health, version, code: finding.code });
    await noteProbe(tx, connectionId, now, probe.health, finding);
    if (canary)
      await putProbe(
        tx,
        connectionId,
        now,
        { canary: canary.blob, canaryVersion: canary.cmkVersion },
        finding,
      );
    const meta = keeperMeta(keeper, req);
    if (events.length > 0) await writeEvents(tx, meta, events);
    await requestDailyTest(tx, meta, connectionId);
  });
};
