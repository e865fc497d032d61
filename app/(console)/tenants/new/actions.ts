"use server";

import { createTenant } from "#lib/services/tenants/create-tenant.ts";
import { action } from "#lib/web/action.ts";

export const createTenantAction = action(createTenant);
