import { setSampleState } from "#db/queries/sample.ts";
import { notFound } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import { defineOperatorMutation } from "../define-mutation.ts";
import { readSample } from "./read-sample.ts";

/** Ends the sample: nothing is loaded from here on. Its tenants are then removed one by one. */
export const requestSampleRemoval = defineOperatorMutation({
  permission: "sample:manage",
  input: z.object({}),
  commit: async ({ tx }) => {
    if (!(await readSample(tx))) throw notFound("sample");
    await setSampleState(tx, "removing");
    // Read behind the change: a tenant that was being made is in it, and none comes after it.
    const sample = await readSample(tx);
    return {
      result: { tenants: sample?.tenants.map(({ slug }) => slug) ?? [] },
      event: {
        action: "sample.removal_requested",
        target: { type: "deployment", id: "deployment" },
        detail: {},
      },
    };
  },
});
