"use server";

import { setAccessLog } from "#lib/services/tenants/set-access-log.ts";
import { setCompromisedReads } from "#lib/services/tenants/set-compromised-reads.ts";
import { action } from "#lib/web/action.ts";

export const setAccessLogAction = action(setAccessLog);
export const setCompromisedReadsAction = action(setCompromisedReads);
