import { DomainError } from "./errors.ts";
import type { KeyState } from "./key-state.ts";

type Standing = { number: number; state: KeyState; current: boolean; issued: number };

/**
 * May somebody say that no wrap is left outside under it? Only where no new one is made any more. A record that still
 * stands under it may be exported after that, and its wrap counts again.
 */
export const mayAttest = ({ state, current }: Pick<Standing, "state" | "current">): boolean =>
  (state === "deactivated" || state === "compromised") && !current;

/**
 * Refuses an attestation that says nothing: of a version under which wraps may leave, or of another count than it has.
 *
 * @throws `INVALID_STATE`, `CONFLICT`
 */
export const checkAttestation = ({ number, issued, ...version }: Standing, shown: number): void => {
  if (!mayAttest(version)) {
    throw new DomainError(
      "INVALID_STATE",
      version.current
        ? `Version ${number} is the current version of its key: rotate the key first.`
        : `Version ${number} is ${version.state}: that no wrap is left is attested of a version that is deactivated or compromised.`,
    );
  }
  if (issued !== shown) {
    throw new DomainError(
      "CONFLICT",
      `The wraps outside under version ${number} are ${issued} now, and not ${shown}. Look again before you go on.`,
    );
  }
};
