"use server";

import { cancelRewrap } from "#lib/services/rewrap/cancel-rewrap.ts";
import { pauseRewrap } from "#lib/services/rewrap/pause-rewrap.ts";
import { resumeRewrap } from "#lib/services/rewrap/resume-rewrap.ts";
import { retryFailures } from "#lib/services/rewrap/retry-failures.ts";
import { setIntensity } from "#lib/services/rewrap/set-intensity.ts";
import { startRewrap } from "#lib/services/rewrap/start-rewrap.ts";
import { action } from "#lib/web/action.ts";

export const startJobAction = action(startRewrap);
export const setIntensityAction = action(setIntensity);
export const retryFailuresAction = action(retryFailures);
export const pauseRewrapAction = action(pauseRewrap);
export const resumeRewrapAction = action(resumeRewrap);
export const cancelRewrapAction = action(cancelRewrap);
