"use server";

import { cancelRewrap } from "#lib/services/rewrap/cancel-rewrap.ts";
import { pauseRewrap } from "#lib/services/rewrap/pause-rewrap.ts";
import { resumeRewrap } from "#lib/services/rewrap/resume-rewrap.ts";
import { action } from "#lib/web/action.ts";

export const pauseRewrapAction = action(pauseRewrap);
export const resumeRewrapAction = action(resumeRewrap);
export const cancelRewrapAction = action(cancelRewrap);
