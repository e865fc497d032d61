"use server";

import { createKey } from "#lib/services/keys/create-key.ts";
import { action } from "#lib/web/action.ts";

export const createKeyAction = action(createKey);
