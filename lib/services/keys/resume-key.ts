import { defineKeyRequest } from "./define-key-request.ts";

/** Asks for a suspended key to be used again. */
export const resumeKey = defineKeyRequest({
  kind: "resume-key",
  action: "key.resume_requested",
  from: "suspended",
  to: "enabled",
});
