import { findKeyByName } from "#db/queries/key-read.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import type { KeyStatus } from "#lib/domain/key-state.ts";
import { optionalReason } from "#lib/domain/reason.ts";
import { z } from "#lib/domain/zod.ts";
import type { Mutation } from "../define-mutation.ts";
import { defineMutation } from "../define-mutation.ts";

type KeyRequest = {
  kind: "suspend-key" | "resume-key";
  action: "key.suspend_requested" | "key.resume_requested";
  from: KeyStatus;
  to: KeyStatus;
};

const Input = z.object({
  /** The key's name. */
  key: z.string().max(200),
  /** The rev of the key that the asking person saw; without it, whatever it is now. */
  expectedRev: z.coerce.number().int().min(1).optional(),
  reason: optionalReason,
});

/** The use case of suspending or resuming a key: a keeper does it. */
export const defineKeyRequest = ({ kind, action, from, to }: KeyRequest): Mutation<{ keyId: string }> =>
  defineMutation({
    permission: "key:suspend",
    input: Input,
    commit: async ({ tx, input, operationId }) => {
      const key = await findKeyByName(tx, input.key);
      if (!key) throw notFound("key");
      const expectedRev = input.expectedRev ?? key.rev;
      if (expectedRev !== key.rev) {
        throw new DomainError(
          "CONFLICT",
          `Somebody else changed this key meanwhile: it is ${key.status} now. Look again before you go on.`,
        );
      }
      if (key.status !== from)
        throw new DomainError("INVALID_STATE", `A key that is ${key.status} cannot become ${to}.`);
      return {
        result: { keyId: key.id },
        event: {
          action,
          target: { type: "key", id: key.id },
          detail: { operation: operationId, ...(input.reason && { reason: input.reason }) },
        },
        operation: { kind, input: { keyId: key.id, expectedRev } },
      };
    },
  });
