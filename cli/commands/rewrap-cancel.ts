import { defineJobCommand } from "#cli/rewrap/job-command.ts";
import { cancelRewrap } from "#lib/services/rewrap/cancel-rewrap.ts";

export const rewrapCancel = defineJobCommand(
  "cancel",
  "End a rewrap for good; what was moved stays moved",
  cancelRewrap,
);
