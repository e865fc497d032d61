"use server";

import { createConnection } from "#lib/services/connections/create-connection.ts";
import { removeConnection } from "#lib/services/connections/remove-connection.ts";
import { rotateCmk } from "#lib/services/connections/rotate-cmk.ts";
import { setSecret } from "#lib/services/connections/set-secret.ts";
import { testConnection } from "#lib/services/connections/test-connection.ts";
import { moveKey } from "#lib/services/keys/move-key.ts";
import { action } from "#lib/web/action.ts";

export const createConnectionAction = action(createConnection);
export const testConnectionAction = action(testConnection);
export const setSecretAction = action(setSecret);
export const rotateCmkAction = action(rotateCmk);
export const removeConnectionAction = action(removeConnection);
export const moveKeyAction = action(moveKey);
