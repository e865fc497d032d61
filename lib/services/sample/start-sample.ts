import { beginSample, noteSample } from "#db/queries/sample.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { SAMPLE_RECORDS, SAMPLE_RECORDS_MAX } from "#lib/domain/sample.ts";
import { z } from "#lib/domain/zod.ts";
import { defineOperatorMutation } from "../define-mutation.ts";
import { readSample } from "./read-sample.ts";

const WHOLE = "is a whole number";

/** Begins the sample, or goes on with one that was cut short: from the step it had reached, at the size it has. */
export const startSample = defineOperatorMutation({
  permission: "sample:manage",
  input: z.object({
    /** For each of its tenants. */
    records: z.coerce
      .number(WHOLE)
      .int(WHOLE)
      .min(100, "is at least 100")
      .max(SAMPLE_RECORDS_MAX, `is at most ${SAMPLE_RECORDS_MAX}`)
      .default(SAMPLE_RECORDS),
    tenants: z.coerce.number().int().min(1).max(10).default(1),
  }),
  commit: async ({ tx, input, actor }) => {
    // What loads it is the command line: nobody else could keep the promise.
    if (actor.type !== "cli")
      throw new DomainError(
        "INVALID_INPUT",
        "The sample is loaded by the command line: keyfold sample load.",
      );
    const before = await readSample(tx);
    if (before?.state === "removing")
      throw new DomainError("CONFLICT", "The sample is being removed. Wait until it is gone.");
    if (before?.state === "loaded") throw new DomainError("CONFLICT", "The sample is there already.");
    const { records, step, written } = before ?? { records: input.records, step: 0, written: 0 };
    if (before) await noteSample(tx, { step, written, error: null });
    else await beginSample(tx, { records, total: records * input.tenants });
    return {
      result: { records, step, written },
      event: {
        action: "sample.load_started",
        target: { type: "deployment", id: "deployment" },
        detail: { records, step },
      },
    };
  },
});
