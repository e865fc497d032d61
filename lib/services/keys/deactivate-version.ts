import { keyVersionTarget } from "#lib/domain/audit-catalogue.ts";
import { optionalReason } from "#lib/domain/reason.ts";
import { defineMutation } from "../define-mutation.ts";
import { findVersionAsSeen, VersionInput } from "./find-version-as-seen.ts";

/** Asks for a version to wrap nothing more. It still unwraps; a key whose current version it is takes no writes until it is rotated. */
export const deactivateVersion = defineMutation({
  permission: "key:deactivate",
  input: VersionInput.extend({ reason: optionalReason }),
  commit: async ({ tx, input, operationId }) => {
    const seen = await findVersionAsSeen(tx, input, "deactivated");
    return {
      result: { keyId: seen.keyId, version: seen.version },
      event: {
        action: "key_version.deactivate_requested",
        target: keyVersionTarget(seen.keyId, seen.version),
        detail: {
          operation: operationId,
          version: seen.version,
          ...(input.reason && { reason: input.reason }),
        },
      },
      operation: { kind: "deactivate-version", input: seen },
    };
  },
});
