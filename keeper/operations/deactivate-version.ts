import { updateVersion } from "#db/queries/key-version.ts";
import { transition } from "#lib/domain/key-state.ts";
import type { Effect } from "./effect.ts";
import { askedBy } from "./effect.ts";
import {
  findVersionToChange,
  lockVersionToChange,
  versionChangedMeanwhile,
} from "./find-version-to-change.ts";
import { sealVersion } from "./seal-version.ts";
import { versionChanged } from "./version-events.ts";

/**
 * Ends the use of a version for new data; it still unwraps. The current one stays current: its key takes no writes until
 * a rotation makes the next.
 */
export const deactivateVersion: Effect<"deactivate-version"> = async ({ keeper, operation, input }) => {
  const { version: before } = await findVersionToChange(keeper, operation, input);
  const after = sealVersion(keeper, operation.tenantId, {
    ...before,
    state: transition(before.state, "deactivated"),
    rev: before.rev + 1,
  });
  return async (tx) => {
    const now = await lockVersionToChange(tx, input);
    if (!(await updateVersion(tx, before, after, askedBy(operation))))
      throw versionChangedMeanwhile(now.version);
    return {
      outcome: { keyId: input.keyId, version: before.number, state: after.state },
      events: [versionChanged(before.state, after)],
    };
  };
};
