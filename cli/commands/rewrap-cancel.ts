import { defineJobCommand } from "#cli/rewrap/job-command.ts";
import { cancelRewrap } from "#lib/services/rewrap/cancel-rewrap.ts";

export const rewrapCancel = defineJobCommand("cancel", cancelRewrap);
