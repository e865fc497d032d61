"use server";

import { createPlatformConnection } from "#lib/services/connections/create-connection.ts";
import { removePlatformConnection } from "#lib/services/connections/remove-connection.ts";
import { rotatePlatformCmk } from "#lib/services/connections/rotate-cmk.ts";
import { setPlatformSecret } from "#lib/services/connections/set-secret.ts";
import { testPlatformConnection } from "#lib/services/connections/test-connection.ts";
import { action } from "#lib/web/action.ts";

export const createPlatformConnectionAction = action(createPlatformConnection);
export const testPlatformConnectionAction = action(testPlatformConnection);
export const setPlatformSecretAction = action(setPlatformSecret);
export const rotatePlatformCmkAction = action(rotatePlatformCmk);
export const removePlatformConnectionAction = action(removePlatformConnection);
