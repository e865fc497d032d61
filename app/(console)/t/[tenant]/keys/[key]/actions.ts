"use server";

import { attestWraps } from "#lib/services/keys/attest-wraps.ts";
import { compromiseVersion } from "#lib/services/keys/compromise-version.ts";
import { deactivateVersion } from "#lib/services/keys/deactivate-version.ts";
import { moveKey } from "#lib/services/keys/move-key.ts";
import { requestRotation } from "#lib/services/keys/request-rotation.ts";
import { resumeKey } from "#lib/services/keys/resume-key.ts";
import { retireVersion } from "#lib/services/keys/retire-version.ts";
import { suspendKey } from "#lib/services/keys/suspend-key.ts";
import { action } from "#lib/web/action.ts";

export const rotateKeyAction = action(requestRotation);
export const suspendKeyAction = action(suspendKey);
export const resumeKeyAction = action(resumeKey);
export const compromiseVersionAction = action(compromiseVersion);
export const deactivateVersionAction = action(deactivateVersion);
export const retireVersionAction = action(retireVersion);
export const attestWrapsAction = action(attestWraps);
export const moveKeyAction = action(moveKey);
