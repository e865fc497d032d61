import { usageError } from "#cli/shell/parse.ts";
import type { JobIntensity, JobMode } from "#lib/domain/job.ts";
import { JOB_INTENSITIES, JOB_MODES } from "#lib/domain/job.ts";

const oneOf = <T extends string | number>(option: string, text: string, values: readonly T[]): T => {
  const value = values.find((one) => String(one) === text);
  if (value === undefined)
    throw usageError(
      `--${option} is "${text}": it takes ${values.slice(0, -1).join(", ")} or ${values.at(-1)}.`,
    );
  return value;
};

export const parseMode = (text: string): JobMode => oneOf("mode", text, JOB_MODES);

export const parseIntensity = (text: string): JobIntensity => oneOf("intensity", text, JOB_INTENSITIES);
