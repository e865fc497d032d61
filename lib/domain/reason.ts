import { z } from "./zod.ts";

export const REASON_MIN = 12;
export const REASON_MAX = 300;

/** Why somebody does what cannot be undone, in their words. It stands in the log for good: it names nobody. */
export const reason = z
  .string()
  .trim()
  .min(REASON_MIN, `needs at least ${REASON_MIN} characters`)
  .max(REASON_MAX, `has at most ${REASON_MAX} characters`);

/** The same where none has to be given: an empty field is none. */
export const optionalReason = z
  .string()
  .trim()
  .transform((text) => text || undefined)
  .pipe(reason.optional())
  .optional();
