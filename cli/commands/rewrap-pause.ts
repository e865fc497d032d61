import { defineJobCommand } from "#cli/rewrap/job-command.ts";
import { pauseRewrap } from "#lib/services/rewrap/pause-rewrap.ts";

export const rewrapPause = defineJobCommand("pause", pauseRewrap);
