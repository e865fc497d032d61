"use server";

import { removeView } from "#lib/services/audit/remove-view.ts";
import { saveView } from "#lib/services/audit/save-view.ts";
import { action } from "#lib/web/action.ts";

export const saveViewAction = action(saveView);
export const removeViewAction = action(removeView);
