import { defineJobCommand } from "#cli/rewrap/job-command.ts";
import { resumeRewrap } from "#lib/services/rewrap/resume-rewrap.ts";

export const rewrapResume = defineJobCommand("resume", resumeRewrap);
