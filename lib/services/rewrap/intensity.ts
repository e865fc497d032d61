import type { JobIntensity } from "#lib/domain/job.ts";
import { JOB_INTENSITIES } from "#lib/domain/job.ts";
import { z } from "#lib/domain/zod.ts";

const isIntensity = (value: number): value is JobIntensity =>
  (JOB_INTENSITIES as readonly number[]).includes(value);

/** How hard a job works: percent of what the foreground leaves free. */
export const intensity = z.coerce
  .number("is 25, 50 or 100")
  .refine(isIntensity, "is 25, 50 or 100")
  .default(100);
