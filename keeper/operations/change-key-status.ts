import { lockKey } from "#db/queries/key-version.ts";
import { updateKeyStatus } from "#db/queries/key-write.ts";
import { wakeJobs } from "#db/queries/rewrap-lease.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import type { KeyStatus } from "#lib/domain/key-state.ts";
import type { Effect } from "./effect.ts";

const changedMeanwhile = (status: KeyStatus): DomainError =>
  new DomainError(
    "CONFLICT",
    `Somebody else changed this key meanwhile: it is ${status} now. Look again before you go on.`,
  );

/** Suspends a key or resumes it. Writes are fenced by its row and reads look at it, so every keeper obeys at once. */
export const changeKeyStatus =
  <K extends "suspend-key" | "resume-key">(
    from: KeyStatus,
    to: KeyStatus,
    action: "key.suspended" | "key.resumed",
  ): Effect<K> =>
  async ({ input: { keyId, expectedRev } }) =>
  async (tx) => {
    const key = await lockKey(tx, keyId);
    if (!key) throw notFound("key");
    if (key.rev !== expectedRev) throw changedMeanwhile(key.status);
    if (key.status !== from) {
      throw new DomainError("INVALID_STATE", `A key that is ${key.status} cannot become ${to}.`);
    }
    if (!(await updateKeyStatus(tx, keyId, key, to))) throw changedMeanwhile(key.status);
    if (to === "enabled") await wakeJobs(tx, keyId);
    const rev = key.rev + 1;
    return {
      outcome: { keyId, status: to, rev },
      events: [{ action, target: { type: "key", id: keyId }, detail: { rev } }],
    };
  };
