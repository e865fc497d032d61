import { listPreflightRows } from "#db/queries/connection-read.ts";
import { notFound } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import { defineQuery } from "../define-query.ts";
import { readConnectionViews } from "./connection-views.ts";

const TESTS_SHOWN = 20;

/** One connection of a tenant with its last tests, as one moment shows them. */
export const getConnection = defineQuery({
  permission: "connection:read",
  input: z.object({ connection: z.string().max(200) }),
  read: async ({ tx, input }) => {
    const [connection] = await readConnectionViews(tx, input.connection);
    if (!connection) throw notFound("connection");
    return {
      connection,
      tests: await listPreflightRows(tx, connection.id, TESTS_SHOWN),
      now: await tx.now(),
    };
  },
});
