import { findOperation } from "#db/queries/operation.ts";
import { notFound } from "#lib/domain/errors.ts";
import { uuid } from "#lib/domain/ids.ts";
import type { OperationId } from "#lib/domain/ids.ts";
import { z } from "#lib/domain/zod.ts";
import { defineOperatorQuery } from "../define-query.ts";

/** How an operation of any tenant stands. */
export const getOperation = defineOperatorQuery({
  permission: "operation:read",
  input: z.object({ id: uuid<OperationId>() }),
  read: async ({ tx, input }) => {
    const view = await findOperation(tx, input.id);
    if (!view) throw notFound("operation");
    return view;
  },
});
