import { z } from "#lib/domain/zod.ts";
import { defineQuery } from "../define-query.ts";
import { readConnectionViews } from "./connection-views.ts";

/** The tenant's connections with their health and newest test. */
export const listConnections = defineQuery({
  permission: "connection:read",
  input: z.object({}),
  read: async ({ tx }) => ({ connections: await readConnectionViews(tx) }),
});
