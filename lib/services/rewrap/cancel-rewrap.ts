import { defineJobRequest } from "./change-job.ts";

/** Ends a rewrap for good. What was moved stays moved, the rest stays readable under its version. */
export const cancelRewrap = defineJobRequest("cancel", "rewrap.cancelled");
