import { changeKeyStatus } from "./change-key-status.ts";

/** No version of the key wraps or unwraps until it is resumed. */
export const suspendKey = changeKeyStatus<"suspend-key">("enabled", "suspended", "key.suspended");
