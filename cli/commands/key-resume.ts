import { defineStatusCommand } from "#cli/keys/status-command.ts";
import { resumeKey } from "#lib/services/keys/resume-key.ts";

export const keyResume = defineStatusCommand({
  verb: "resume",
  mutation: resumeKey,
});
