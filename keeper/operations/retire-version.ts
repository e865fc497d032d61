import { setTimeout as sleep } from "node:timers/promises";
import type { SealedVersion } from "#db/queries/key-version.ts";
import { updateVersion } from "#db/queries/key-version.ts";
import { forgetMoved, settleVersion } from "#db/queries/moved-wraps.ts";
import { countVersionDeks, drawBarrier, isPast, lockVersion, noteEmpty } from "#db/queries/retire.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { transition } from "#lib/domain/key-state.ts";
import { ACCEPTANCE_SENTENCE, refusalOf } from "#lib/domain/retire-gate.ts";
import type { Keeper } from "../keeper.ts";
import type { Effect } from "./effect.ts";
import { askedBy } from "./effect.ts";
import { findHolds } from "./find-holds.ts";
import {
  findVersionToChange,
  lockVersionToChange,
  versionChangedMeanwhile,
} from "./find-version-to-change.ts";
import { sealVersion } from "./seal-version.ts";
import { versionChanged } from "./version-events.ts";

/** Well within the operation's lease. */
const BARRIER_WAIT_MS = 6_000;
const BARRIER_POLL_MS = 50;
const FORGET_AT_ONCE = 50_000;

/** Waits until no transaction may still write under a version that was active when it looked. */
const awaitWriters = async (keeper: Keeper, tenantId: TenantId): Promise<void> => {
  const barrier = await withTenant(keeper.db, tenantId, drawBarrier);
  const deadline = performance.now() + BARRIER_WAIT_MS;
  while (!(await withTenant(keeper.db, tenantId, (tx) => isPast(tx, barrier)))) {
    if (performance.now() > deadline) {
      throw new DomainError(
        "UNAVAILABLE",
        "A transaction that began before is still open, and might write under this version. It is tried again.",
      );
    }
    await sleep(BARRIER_POLL_MS);
  }
};

/** Locks the version's row and refuses with every reason that holds it. */
const refuseHeld = async (
  keeper: Keeper,
  tx: TenantTx,
  version: SealedVersion,
  deks: number,
): Promise<void> => {
  const { keyId, number } = version;
  const row = await lockVersion(tx, keyId, number);
  if (!row) throw notFound("version of the key");
  const holds = await findHolds(keeper, tx, { ...version, ...row, deks });
  const code = refusalOf(holds);
  if (code === null) return;
  const sentences = [
    `Version ${number} cannot be retired yet.`,
    ...holds.map(({ sentence }) => sentence),
    ...(code === "APPROVAL_REQUIRED" ? [ACCEPTANCE_SENTENCE] : []),
  ];
  throw new DomainError(code, sentences.join(" "), { reason: holds.map((hold) => hold.code).join(",") });
};

/** The first look: to count many DEKs takes long, so nobody waits for the row meanwhile. */
const lookAtGate = async (keeper: Keeper, tx: TenantTx, version: SealedVersion): Promise<void> => {
  const deks = await countVersionDeks(tx, version.keyId, version.number);
  await refuseHeld(keeper, tx, version, deks);
};

/** The last look: counts under the row's lock, which is soon done, since the first one found none. */
const passGate = async (keeper: Keeper, tx: TenantTx, version: SealedVersion): Promise<void> => {
  await lockVersion(tx, version.keyId, version.number);
  await lookAtGate(keeper, tx, version);
};

/** Notes that a version is empty, from which on the clock of backups runs, whether it may be retired now or not. */
const observe = (keeper: Keeper, tenantId: TenantId, { keyId, number, state }: SealedVersion) =>
  withTenant(keeper.db, tenantId, async (tx) => {
    if (state === "active" || (await countVersionDeks(tx, keyId, number)) > 0) return;
    await noteEmpty(tx, keyId, number);
  });

/**
 * Forgets what was moved away from a version that the first look let through. There may be millions, so that nobody waits
 * for a lock meanwhile; and should the last look hold it after all, nothing can be taken off for want of them.
 */
const forgetAll = async (keeper: Keeper, tenantId: TenantId, { keyId, number }: SealedVersion) => {
  const forget = (tx: TenantTx) => forgetMoved(tx, keyId, number, FORGET_AT_ONCE);
  while ((await withTenant(keeper.db, tenantId, forget)) === FORGET_AT_ONCE);
};

/**
 * Destroys a version behind the gate: its wrapped KEK leaves the row. The last count and the change are one transaction
 * that locks its row; no write can slip in, because a writer that saw it active has ended before the count and every
 * later one is fenced.
 */
export const retireVersion: Effect<"retire-version"> = async ({ keeper, operation, input }) => {
  const { tenantId } = operation;
  const { version: before } = await findVersionToChange(keeper, operation, input);
  await awaitWriters(keeper, tenantId);
  await observe(keeper, tenantId, before);
  await withTenant(keeper.db, tenantId, async (tx) => {
    await lookAtGate(keeper, tx, before);
    await settleVersion(tx, before.keyId, before.number);
  });
  await forgetAll(keeper, tenantId, before);
  const after = sealVersion(keeper, tenantId, {
    ...before,
    state: transition(before.state, "destroyed"),
    blob: new Uint8Array(),
    rev: before.rev + 1,
  });
  return async (tx) => {
    const now = await lockVersionToChange(tx, input);
    await passGate(keeper, tx, now.version);
    if (!(await updateVersion(tx, before, after, askedBy(operation))))
      throw versionChangedMeanwhile(now.version);
    return {
      outcome: { keyId: input.keyId, version: before.number, state: after.state },
      events: [versionChanged(before.state, after)],
    };
  };
};
