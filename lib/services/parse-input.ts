import { DomainError } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";

/** Parses input or throws `INVALID_INPUT` with a sentence for each field. Unknown keys are dropped, not passed on. */
export const parseInput = <S extends z.ZodType>(schema: S, raw: unknown): z.output<S> => {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const { fieldErrors, formErrors } = z.flattenError(parsed.error);
  throw new DomainError("INVALID_INPUT", formErrors[0] ?? "Some fields need another look.", {
    fields: fieldErrors as Record<string, string[]>,
  });
};
