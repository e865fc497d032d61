import { isUniqueViolation } from "#db/errors.ts";
import { findKeyByName } from "#db/queries/key-read.ts";
import { findCompromisedInUse } from "#db/queries/retire.ts";
import { findOpenJob, insertJob } from "#db/queries/rewrap-job.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { JobId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";
import { JOB_MODES } from "#lib/domain/job.ts";
import { z } from "#lib/domain/zod.ts";
import { defineMutation } from "../define-mutation.ts";
import { intensity } from "./intensity.ts";

const RATE_MAX = 10_000_000;

export const StartRewrapInput = z.object({
  /** The key's name. */
  key: z.string().max(200),
  /** DEKs per second at most. */
  maxRate: z.coerce
    .number("is a whole number")
    .int("is a whole number")
    .min(1, "is at least 1")
    .max(RATE_MAX)
    .optional(),
  /** The same DEKs under the current version, or new DEKs and new ciphertext. */
  mode: z.enum(JOB_MODES).default("rewrap"),
  intensity,
});

const isOpen = (id: string | null, key: string): DomainError =>
  new DomainError("CONFLICT", `The key ${key} has a job that has not ended${id ? `: ${id}` : ""}.`);

/**
 * Starts a job over every DEK of a key. A rewrap wraps the same DEKs under the current version and leaves the payload
 * alone; a re-encrypt makes new DEKs and new ciphertext, which is what a compromise asks for.
 */
export const startRewrap = defineMutation({
  permission: "rewrap:run",
  input: StartRewrapInput,
  commit: async ({ tx, input }) => {
    const key = await findKeyByName(tx, input.key);
    if (!key) throw new DomainError("KEY_MISSING", `The tenant has no key named ${input.key.slice(0, 63)}.`);
    const open = await findOpenJob(tx, key.id);
    if (open) throw isOpen(open, input.key);
    const compromised = input.mode === "rewrap" ? await findCompromisedInUse(tx, key.id) : null;
    if (compromised !== null) {
      throw new DomainError(
        "INVALID_STATE",
        `Version ${compromised} of the key ${input.key} is compromised and has DEKs: wrapping the same DEKs anew would not help. Start a re-encrypt, which makes new ones.`,
      );
    }
    const job = {
      id: newId<JobId>(),
      keyId: key.id,
      targetVersion: key.currentVersion,
      mode: input.mode,
      maxRate: input.maxRate ?? null,
      intensity: input.intensity,
    };
    await insertJob(tx, job).catch((error: unknown) => {
      throw isUniqueViolation(error) ? isOpen(null, input.key) : error;
    });
    return {
      result: { id: job.id },
      event: {
        action: input.mode === "rewrap" ? "rewrap.started" : "crypto.reencrypt_started",
        target: { type: "rewrap_job", id: job.id },
        detail: { key: key.id, target_version: job.targetVersion, max_rate: job.maxRate },
      },
    };
  },
});
