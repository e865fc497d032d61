import { type DecisionRow, listDecisionRows } from "#db/queries/overview.ts";
import { ROTATION_DAYS } from "#lib/domain/cryptoperiod.ts";
import { z } from "#lib/domain/zod.ts";
import { defineOperatorQuery } from "../define-query.ts";

const SHOWN_MAX = 25;

export type Decision = DecisionRow;

/** What somebody should decide about: compromised versions, CMKs and jobs that fail or wait, overdue rotations, and jobs that somebody paused. */
export const listDecisions = defineOperatorQuery({
  permission: "platform:read",
  input: z.object({}),
  read: async ({ tx }): Promise<{ decisions: Decision[]; more: boolean }> => {
    const rows = await listDecisionRows(tx, { rotationDays: ROTATION_DAYS, limit: SHOWN_MAX });
    return {
      decisions: rows.slice(0, SHOWN_MAX),
      more: rows.length > SHOWN_MAX,
    };
  },
});
