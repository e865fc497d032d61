import { checkAttestation } from "#lib/domain/attest-wraps.ts";
import { keyVersionTarget } from "#lib/domain/audit-catalogue.ts";
import { reason } from "#lib/domain/reason.ts";
import { z } from "#lib/domain/zod.ts";
import { defineMutation } from "../define-mutation.ts";
import { findStandingAsSeen, VersionInput } from "./find-version-as-seen.ts";

/**
 * Says of a version that none of the wraps which left Keyfold under it is left anywhere: they are taken off its count,
 * and hold it no more. The count that was seen is what is attested; it is of the version, over all applications.
 */
export const attestWraps = defineMutation({
  permission: "key:attest",
  input: VersionInput.extend({
    issued: z.coerce.number("is a whole number").int("is a whole number").min(1, "is at least 1"),
    reason,
  }),
  commit: async ({ tx, input, operationId }) => {
    const { seen, standing } = await findStandingAsSeen(tx, input);
    checkAttestation({ number: seen.version, ...standing }, input.issued);
    return {
      result: { keyId: seen.keyId, version: seen.version },
      event: {
        action: "key_version.attest_requested",
        target: keyVersionTarget(seen.keyId, seen.version),
        detail: {
          operation: operationId,
          version: seen.version,
          count: input.issued,
          reason: input.reason,
        },
      },
      operation: { kind: "attest-wraps", input: { ...seen, issued: input.issued, reason: input.reason } },
    };
  },
});
