import { defineKeyRequest } from "./define-key-request.ts";

/** Asks for a key to be suspended: no version of it wraps or unwraps until it is resumed. */
export const suspendKey = defineKeyRequest({
  kind: "suspend-key",
  action: "key.suspend_requested",
  from: "enabled",
  to: "suspended",
});
