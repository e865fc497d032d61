import { keyVersionTarget } from "#lib/domain/audit-catalogue.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { reason } from "#lib/domain/reason.ts";
import { z } from "#lib/domain/zod.ts";
import { defineMutation } from "../define-mutation.ts";
import { parseInput } from "../parse-input.ts";
import { findStandingAsSeen, VersionInput } from "./find-version-as-seen.ts";

/** What people have to say; a program does what it was written for. */
const Reasoned = z.object({ reason });

/**
 * Asks for a version to be destroyed. A keeper lets it through the gate or says every reason that still holds it.
 *
 * @throws `VERSION_RETIRED` for one that was destroyed before
 */
export const retireVersion = defineMutation({
  permission: "key:retire",
  input: VersionInput.extend({ reason: reason.optional() }),
  commit: async ({ tx, input, actor, operationId }) => {
    if (actor.type !== "token") parseInput(Reasoned, input);
    const { seen, standing } = await findStandingAsSeen(tx, input);
    if (standing.state === "destroyed")
      throw new DomainError("VERSION_RETIRED", `Version ${seen.version} is retired already.`);
    return {
      result: { keyId: seen.keyId, version: seen.version },
      event: {
        action: "key_version.retire_requested",
        target: keyVersionTarget(seen.keyId, seen.version),
        detail: {
          operation: operationId,
          version: seen.version,
          ...(input.reason && { reason: input.reason }),
        },
      },
      operation: { kind: "retire-version", input: seen },
    };
  },
});
