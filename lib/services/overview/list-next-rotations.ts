import { listRotationRows } from "#db/queries/overview.ts";
import { ROTATION_DAYS } from "#lib/domain/cryptoperiod.ts";
import { z } from "#lib/domain/zod.ts";
import { defineOperatorQuery } from "../define-query.ts";

const SHOWN_MAX = 6;

/** Which keys are due next, by the age of their current version. */
export const listNextRotations = defineOperatorQuery({
  permission: "platform:read",
  input: z.object({}),
  read: async ({ tx }) => ({
    rotations: await listRotationRows(tx, { rotationDays: ROTATION_DAYS, limit: SHOWN_MAX }),
  }),
});
