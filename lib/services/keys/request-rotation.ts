import { findKeyByName } from "#db/queries/key-read.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import { defineMutation } from "../define-mutation.ts";

export const RequestRotationInput = z.object({
  /** The key's name. */
  key: z.string().max(200),
  /** The current version the asking person saw; without it, whatever is current now. */
  expectedVersion: z.coerce.number().int().min(1).optional(),
});

/** Asks for the next version of a key. It says nothing of old data: moving that is a rewrap. */
export const requestRotation = defineMutation({
  permission: "key:rotate",
  input: RequestRotationInput,
  commit: async ({ tx, input, operationId }) => {
    const key = await findKeyByName(tx, input.key);
    if (!key) throw notFound("key");
    if (key.status !== "enabled")
      throw new DomainError("INVALID_STATE", `A key that is ${key.status} cannot be rotated.`);
    const expectedVersion = input.expectedVersion ?? key.currentVersion;
    if (expectedVersion !== key.currentVersion) {
      throw new DomainError(
        "CONFLICT",
        `The key is at version ${key.currentVersion} by now. Look again before you rotate it.`,
      );
    }
    return {
      result: { keyId: key.id, from: key.currentVersion },
      event: {
        action: "key.rotation_requested",
        target: { type: "key", id: key.id },
        detail: { operation: operationId, expected_version: expectedVersion },
      },
      operation: { kind: "rotate-key", input: { keyId: key.id, expectedVersion } },
    };
  },
});
