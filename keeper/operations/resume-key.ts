import { changeKeyStatus } from "./change-key-status.ts";

/** The key wraps and unwraps again, and the jobs that waited for it go on. */
export const resumeKey = changeKeyStatus<"resume-key">("suspended", "enabled", "key.resumed");
