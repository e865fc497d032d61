import { z } from "#lib/domain/zod.ts";
import { readConnectionViews } from "./connection-views.ts";
import { defineConnectionQuery } from "./define-connection-query.ts";

const both = defineConnectionQuery(z.object({}), async ({ tx }) => ({
  connections: await readConnectionViews(tx),
}));

/** The tenant's connections with their health and newest test. */
export const listConnections = both.ofTenant;
/** The same of the platform. */
export const listPlatformConnections = both.ofPlatform;
