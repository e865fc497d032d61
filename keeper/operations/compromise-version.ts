import { insertVersion, updateVersion } from "#db/queries/key-version.ts";
import { transition } from "#lib/domain/key-state.ts";
import type { Effect } from "./effect.ts";
import { askedBy } from "./effect.ts";
import {
  findVersionToChange,
  lockVersionToChange,
  versionChangedMeanwhile,
} from "./find-version-to-change.ts";
import { mintSuccessor } from "./mint-successor.ts";
import { sealVersion } from "./seal-version.ts";
import { versionChanged, versionCreated } from "./version-events.ts";

/** Marks a version compromised, which never clears. When it is the current one, its successor comes in the same transaction. */
export const compromiseVersion: Effect<"compromise-version"> = async ({ keeper, operation, input }) => {
  const { keyId } = input;
  const { key, version: before } = await findVersionToChange(keeper, operation, input);
  const after = sealVersion(keeper, operation.tenantId, {
    ...before,
    state: transition(before.state, "compromised"),
    current: false,
    rev: before.rev + 1,
  });
  const successor = before.current
    ? await mintSuccessor(keeper, operation, { ...key, keyId, cmkId: before.cmkId })
    : null;

  return async (tx) => {
    const now = await lockVersionToChange(tx, input);
    if (now.key.newest !== key.newest) throw versionChangedMeanwhile(now.version);
    const actor = askedBy(operation);
    if (!(await updateVersion(tx, before, after, actor))) throw versionChangedMeanwhile(now.version);
    const changed = versionChanged(before.state, after);
    const outcome = { keyId, version: before.number, state: after.state };
    if (!successor) return { outcome, events: [changed] };
    await insertVersion(tx, successor, actor);
    return {
      outcome: { ...outcome, successor: successor.number },
      events: [
        changed,
        {
          action: "key.rotated",
          target: { type: "key", id: keyId },
          detail: { from: before.number, to: successor.number },
        },
        versionCreated(successor),
      ],
    };
  };
};
