import { defineJobRequest } from "./change-job.ts";

/** Stops a rewrap where it is. What was moved stays moved; reads keep working. */
export const pauseRewrap = defineJobRequest("pause", "rewrap.paused");
