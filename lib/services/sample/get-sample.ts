import { z } from "#lib/domain/zod.ts";
import { defineOperatorQuery } from "../define-query.ts";
import { readSample } from "./read-sample.ts";

/** The sample and how far it is; null when there is none. */
export const getSample = defineOperatorQuery({
  permission: "platform:read",
  input: z.object({}),
  read: async ({ tx }) => ({ sample: await readSample(tx) }),
});
