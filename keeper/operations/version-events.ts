import type { NewVersion } from "#db/queries/key-version.ts";
import type { EventDraft } from "#lib/domain/audit-catalogue.ts";
import { keyVersionTarget } from "#lib/domain/audit-catalogue.ts";
import type { KeyState } from "#lib/domain/key-state.ts";

/** What the log says of a version that was made. */
export const versionCreated = (version: Omit<NewVersion, "blob" | "mac">): EventDraft => ({
  action: "key_version.created",
  target: keyVersionTarget(version.keyId, version.number),
  detail: {
    version: version.number,
    state: version.state,
    cmk: version.cmkId,
    cmk_version: version.cmkVersion,
    rev: version.rev,
  },
});

type Changed = { keyId: string; number: number; state: KeyState; rev: number };

/** What the log says of a version whose row has changed; every rev of a row stands in one of its events. */
export const versionChanged = (from: KeyState, { keyId, number, state, rev }: Changed): EventDraft => {
  const target = keyVersionTarget(keyId, number);
  return from === state
    ? { action: "key_version.replaced", target, detail: { version: number, rev } }
    : { action: "key_version.state_changed", target, detail: { version: number, from, to: state, rev } };
};
