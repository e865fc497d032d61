import { holdSample, setSampleState } from "#db/queries/sample.ts";
import { notFound } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import { defineOperatorMutation } from "../define-mutation.ts";

/** The sample is whole. */
export const finishSample = defineOperatorMutation({
  permission: "sample:manage",
  input: z.object({}),
  commit: async ({ tx }) => {
    const run = await holdSample(tx);
    if (run?.state !== "loading") throw notFound("sample that is being loaded");
    await setSampleState(tx, "loaded");
    return {
      result: { written: run.written },
      event: {
        action: "sample.loaded",
        target: { type: "deployment", id: "deployment" },
        detail: { records: run.written },
      },
    };
  },
});
