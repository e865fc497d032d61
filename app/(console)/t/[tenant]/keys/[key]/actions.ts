"use server";

import { requestRotation } from "#lib/services/keys/request-rotation.ts";
import { startRewrap } from "#lib/services/rewrap/start-rewrap.ts";
import { action } from "#lib/web/action.ts";

export const rotateKeyAction = action(requestRotation);
export const startRewrapAction = action(startRewrap);
