"use server";

import { removeSampleTenant } from "#lib/services/sample/remove-sample-tenant.ts";
import { requestSampleRemoval } from "#lib/services/sample/request-sample-removal.ts";
import { action } from "#lib/web/action.ts";

export const requestSampleRemovalAction = action(requestSampleRemoval);
export const removeSampleTenantAction = action(removeSampleTenant);
