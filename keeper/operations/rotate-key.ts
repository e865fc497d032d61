import { findCurrentVersion, insertVersion, lockKey, updateVersion } from "#db/queries/key-version.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import { transition } from "#lib/domain/key-state.ts";
import { verifyVersion } from "../keys/open-version.ts";
import type { Effect } from "./effect.ts";
import { askedBy } from "./effect.ts";
import { mintSuccessor } from "./mint-successor.ts";
import { sealVersion } from "./seal-version.ts";
import { versionChanged, versionCreated } from "./version-events.ts";

const rotatedMeanwhile = (): DomainError =>
  new DomainError(
    "CONFLICT",
    "The key was rotated meanwhile. Look at its versions before you rotate it again.",
  );

/** The next version becomes current and active, and the one before is deactivated: it still unwraps. Old data stays where it is. */
export const rotateKey: Effect<"rotate-key"> = async ({ keeper, operation, input }) => {
  const { tenantId, req } = operation;
  const { keyId } = input;
  const key = await withTenant(keeper.db, tenantId, async (tx) => {
    const locked = await lockKey(tx, keyId);
    return locked && { ...locked, before: await findCurrentVersion(tx, locked.name) };
  });
  if (!key) throw notFound("key");
  if (key.status !== "enabled")
    throw new DomainError("INVALID_STATE", `A key that is ${key.status} cannot be rotated.`);
  const { before } = key;
  if (!before || before.number !== input.expectedVersion) throw rotatedMeanwhile();
  await verifyVersion(keeper, tenantId, before, req);

  const made = await mintSuccessor(keeper, operation, { ...key, keyId, cmkId: before.cmkId });
  const after = sealVersion(keeper, tenantId, {
    ...before,
    // A current version that was deactivated by itself stays so, and is only replaced.
    state: before.state === "deactivated" ? before.state : transition(before.state, "deactivated"),
    current: false,
    rev: before.rev + 1,
  });

  return async (tx) => {
    const locked = await lockKey(tx, keyId);
    if (locked?.newest !== key.newest || locked.status !== "enabled") throw rotatedMeanwhile();
    const actor = askedBy(operation);
    if (!(await updateVersion(tx, before, after, actor))) throw rotatedMeanwhile();
    await insertVersion(tx, made, actor);
    return {
      outcome: { keyId, version: made.number },
      events: [
        {
          action: "key.rotated",
          target: { type: "key", id: keyId },
          detail: { from: before.number, to: made.number },
        },
        versionCreated(made),
        versionChanged(before.state, after),
      ],
    };
  };
};
