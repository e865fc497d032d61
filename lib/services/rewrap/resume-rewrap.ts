import { defineJobRequest } from "./change-job.ts";

/** Lets a paused rewrap go on from where it was. */
export const resumeRewrap = defineJobRequest("resume", "rewrap.resumed");
