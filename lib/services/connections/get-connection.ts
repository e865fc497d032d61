import { listPreflightRows } from "#db/queries/connection-read.ts";
import { notFound } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import { readConnectionViews } from "./connection-views.ts";
import { defineConnectionQuery } from "./define-connection-query.ts";

const TESTS_SHOWN = 20;

const both = defineConnectionQuery(z.object({ connection: z.string().max(200) }), async ({ tx, input }) => {
  const [connection] = await readConnectionViews(tx, input.connection);
  if (!connection) throw notFound("connection");
  return {
    connection,
    tests: await listPreflightRows(tx, connection.id, TESTS_SHOWN),
    now: await tx.now(),
  };
});

/** One connection of a tenant with its last tests, as one moment shows them. */
export const getConnection = both.ofTenant;
/** The same of the platform. */
export const getPlatformConnection = both.ofPlatform;
