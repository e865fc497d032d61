import { findTenantSettings } from "#db/queries/tenant-settings.ts";
import { z } from "#lib/domain/zod.ts";
import { defineQuery } from "../define-query.ts";

/** What is chosen for a tenant: how access is logged, and whether compromised versions still open for reads. */
export const getSettings = defineQuery({
  permission: "tenant:read",
  input: z.object({}),
  read: ({ tx }) => findTenantSettings(tx),
});
