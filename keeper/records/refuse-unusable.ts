import { DomainError } from "#lib/domain/errors.ts";
import type { KeyState, KeyStatus } from "#lib/domain/key-state.ts";
import { mayUnwrap } from "#lib/domain/key-state.ts";

/** A version as it stands now, with its key's name and status. */
export type VersionStanding = {
  key: string;
  keyStatus: KeyStatus;
  keyVersion: number;
  keyState: KeyState | null;
};

/** @throws `KEY_SUSPENDED`, `KEY_SHREDDED` for the key, whatever its version. */
export const refuseKey = ({ key, keyStatus }: Pick<VersionStanding, "key" | "keyStatus">): void => {
  if (keyStatus === "suspended") throw new DomainError("KEY_SUSPENDED", `The key ${key} is suspended.`);
  if (keyStatus !== "enabled") throw new DomainError("KEY_SHREDDED", `The key ${key} has been shredded.`);
};

/** @throws `VERSION_RETIRED` for a version that opens nothing any more. */
export const refuseVersion = ({ key, keyVersion, keyState }: VersionStanding): void => {
  if (keyState !== null && mayUnwrap(keyState)) return;
  throw new DomainError(
    "VERSION_RETIRED",
    `Version ${keyVersion} of the key ${key} can no longer open anything.`,
  );
};
