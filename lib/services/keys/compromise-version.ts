import { keyVersionTarget } from "#lib/domain/audit-catalogue.ts";
import { reason } from "#lib/domain/reason.ts";
import { defineMutation } from "../define-mutation.ts";
import { findVersionAsSeen, VersionInput } from "./find-version-as-seen.ts";

/** Asks for a version to be marked compromised, which never clears. The current one gets its successor with it. */
export const compromiseVersion = defineMutation({
  permission: "key:compromise",
  input: VersionInput.extend({ reason }),
  commit: async ({ tx, input, operationId }) => {
    const seen = await findVersionAsSeen(tx, input, "compromised");
    return {
      result: { keyId: seen.keyId, version: seen.version },
      event: {
        action: "key_version.compromise_requested",
        target: keyVersionTarget(seen.keyId, seen.version),
        detail: { operation: operationId, version: seen.version, reason: input.reason },
      },
      operation: { kind: "compromise-version", input: seen },
    };
  },
});
