import { defineConnectionRequest } from "./define-connection-request.ts";

/** Asks the provider, where it allows us, for the next version of a connection's CMK. */
export const rotateCmk = defineConnectionRequest({
  permission: "connection:rotate",
  kind: "rotate-cmk",
  action: "connection.rotation_requested",
});
