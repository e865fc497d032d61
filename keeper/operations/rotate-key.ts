import { findCurrentVersion, insertVersion, lockKey, updateVersion } from "#db/queries/key-version.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { keyVersionTarget } from "#lib/domain/audit-catalogue.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import { transition } from "#lib/domain/key-state.ts";
import { keeperMeta } from "../keeper.ts";
import { verifyVersion } from "../keys/open-version.ts";
import type { Effect } from "./effect.ts";
import { mintKek } from "./mint-kek.ts";
import { sealVersion } from "./seal-version.ts";

const rotatedMeanwhile = (): DomainError =>
  new DomainError(
    "CONFLICT",
    "The key was rotated meanwhile. Look at its versions before you rotate it again.",
  );

/** The next version becomes current and active, and the one before is deactivated: it still unwraps. Old data stays where it is. */
export const rotateKey: Effect<"rotate-key"> = async ({ keeper, operation, input }) => {
  const { tenantId, req } = operation;
  const key = await withTenant(keeper.db, tenantId, async (tx) => {
    const locked = await lockKey(tx, input.keyId);
    return locked && { ...locked, before: await findCurrentVersion(tx, locked.name) };
  });
  if (!key) throw notFound("key");
  if (key.status !== "enabled")
    throw new DomainError("INVALID_STATE", `A key that is ${key.status} cannot be rotated.`);
  const { before } = key;
  if (!before || before.number !== input.expectedVersion) throw rotatedMeanwhile();
  await verifyVersion(keeper, tenantId, before, req);

  const number = key.newest + 1;
  const wrapped = await mintKek(keeper, tenantId, { keyId: input.keyId, name: key.name, number }, req);
  const { name: _, ...made } = sealVersion(keeper, tenantId, {
    ...wrapped,
    keyId: input.keyId,
    name: key.name,
    number,
    state: "active" as const,
    current: true,
    rev: 1,
  });
  const after = sealVersion(keeper, tenantId, {
    ...before,
    state: transition(before.state, "deactivated"),
    current: false,
    rev: before.rev + 1,
  });

  return async (tx) => {
    const locked = await lockKey(tx, input.keyId);
    if (locked?.newest !== key.newest || locked.status !== "enabled") throw rotatedMeanwhile();
    const actor = keeperMeta(keeper, req).actor;
    if (!(await updateVersion(tx, before, after, actor))) throw rotatedMeanwhile();
    await insertVersion(tx, made, actor);
    return {
      outcome: { keyId: input.keyId, version: number },
      events: [
        {
          action: "key.rotated",
          target: { type: "key", id: input.keyId },
          detail: { from: before.number, to: number },
        },
        {
          action: "key_version.created",
          target: keyVersionTarget(input.keyId, number),
          detail: {
            version: number,
            state: made.state,
            cmk: made.cmkId,
            cmk_version: made.cmkVersion,
            rev: made.rev,
          },
        },
        {
          action: "key_version.state_changed",
          target: keyVersionTarget(input.keyId, before.number),
          detail: { version: before.number, from: before.state, to: after.state, rev: after.rev },
        },
      ],
    };
  };
};
