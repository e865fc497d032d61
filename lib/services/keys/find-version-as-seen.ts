import { findKeyByName, findVersionStanding } from "#db/queries/key-read.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import type { KeyId } from "#lib/domain/ids.ts";
import type { KeyState } from "#lib/domain/key-state.ts";
import { transition } from "#lib/domain/key-state.ts";
import { z } from "#lib/domain/zod.ts";

/** Which version of a key, and how the asking person saw it. */
export const VersionInput = z.object({
  /** The key's name. */
  key: z.string().max(200),
  version: z.coerce
    .number("is a whole number")
    .int("is a whole number")
    .min(1, "is at least 1")
    .max(2 ** 31 - 1),
  /** The rev of the version that the asking person saw; without it, whatever it is now. */
  expectedRev: z.coerce.number().int().min(1).optional(),
});

/** Names a version as it was seen. */
export type SeenVersion = { keyId: KeyId; version: number; expectedRev: number };

/**
 * A version, still as it was seen, and how it stands.
 *
 * @throws `NOT_FOUND`, `CONFLICT` when somebody was there first
 */
export const findStandingAsSeen = async (
  tx: TenantTx,
  input: z.output<typeof VersionInput>,
): Promise<{
  seen: SeenVersion;
  standing: { state: KeyState; current: boolean; issued: number; emptySince: Date | null };
}> => {
  const key = await findKeyByName(tx, input.key);
  if (!key) throw notFound("key");
  const version = await findVersionStanding(tx, key.id, input.version);
  if (!version) throw notFound("version of the key");
  const expectedRev = input.expectedRev ?? version.rev;
  if (expectedRev !== version.rev) {
    throw new DomainError(
      "CONFLICT",
      `Somebody else changed version ${input.version} meanwhile: it is ${version.state} now. Look again before you go on.`,
    );
  }
  return { seen: { keyId: key.id, version: input.version, expectedRev }, standing: version };
};

/**
 * A version that may go to a state, still as it was seen; a keeper looks at all of this again.
 *
 * @throws `NOT_FOUND`, `CONFLICT`, `INVALID_STATE`
 */
export const findVersionAsSeen = async (
  tx: TenantTx,
  input: z.output<typeof VersionInput>,
  to: KeyState,
): Promise<SeenVersion> => {
  const { seen, standing } = await findStandingAsSeen(tx, input);
  transition(standing.state, to);
  return seen;
};
