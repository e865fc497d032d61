import { DomainError } from "#lib/domain/errors.ts";
import type { KeyState, KeyStatus } from "#lib/domain/key-state.ts";
import { mayUnwrap } from "#lib/domain/key-state.ts";

/**
 * Lets the use of a version through, or says why not.
 *
 * @throws `KEY_SUSPENDED`, `KEY_SHREDDED`, `VERSION_RETIRED`
 */
export const refuseUse = (version: {
  name: string;
  status: KeyStatus;
  number: number;
  state: KeyState;
}): void => {
  const { name, status, number, state } = version;
  if (status === "suspended") throw new DomainError("KEY_SUSPENDED", `The key ${name} is suspended.`);
  if (status !== "enabled") throw new DomainError("KEY_SHREDDED", `The key ${name} has been shredded.`);
  if (mayUnwrap(state)) return;
  throw new DomainError(
    "VERSION_RETIRED",
    `Version ${number} of the key ${name} can no longer open anything.`,
  );
};
