import { defineConnectionRequest } from "./define-connection-request.ts";

const both = defineConnectionRequest({
  verb: "rotate",
  kind: "rotate-cmk",
  action: "connection.rotation_requested",
});

/** Asks the provider, where it allows us, for the next version of a connection's CMK. */
export const rotateCmk = both.ofTenant;
/** The same of the platform. */
export const rotatePlatformCmk = both.ofPlatform;
