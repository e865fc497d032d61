import { type ErrorCode } from "#lib/domain/errors.ts";
import type { CmkHealth } from "#lib/domain/key-state.ts";
import { KmsError, type KmsErrorCode } from "./kms-error.ts";
import type { CmkDescription } from "./port.ts";

const HEALTH_OF_CODE: Partial<Record<ErrorCode, CmkHealth>> = {
  KMS_ACCESS_DENIED: "forbidden",
  KMS_KEY_NOT_FOUND: "destroyed",
  KMS_KEY_DISABLED: "disabled",
  KMS_KEY_PENDING_DELETION: "pending_deletion",
  KMS_KEY_DESTROYED: "destroyed",
  KMS_KEY_NOT_READY: "pending_import",
  KMS_THROTTLED: "throttled",
  KMS_UNAVAILABLE: "unreachable",
  KMS_TIMEOUT: "unreachable",
  KMS_BAD_RESPONSE: "unreachable",
};

/** What a failed call says of the health of a CMK that was there before; null when it says nothing of it. */
export const healthOfFailure = (code: ErrorCode): CmkHealth | null => HEALTH_OF_CODE[code] ?? null;

const UNUSABLE: Record<Exclude<CmkHealth, "enabled">, readonly [KmsErrorCode, string]> = {
  disabled: ["KMS_KEY_DISABLED", "The CMK is disabled at its provider."],
  pending_import: ["KMS_KEY_NOT_READY", "The CMK waits for its key material."],
  pending_deletion: ["KMS_KEY_PENDING_DELETION", "The CMK is scheduled for deletion."],
  destroyed: ["KMS_KEY_DESTROYED", "The CMK was destroyed."],
  forbidden: ["KMS_ACCESS_DENIED", "The provider denies the use of the CMK."],
  throttled: ["KMS_THROTTLED", "The provider asks for fewer calls."],
  unreachable: ["KMS_UNAVAILABLE", "The CMK cannot be reached at its provider."],
};

/** The error of using a CMK in this state. */
export const errorOfHealth = (health: Exclude<CmkHealth, "enabled">): KmsError =>
  new KmsError(...UNUSABLE[health]);

/** A CMK that somebody disabled at its provider is never brought back by a new version of it. */
export const refuseUnlessEnabled = ({ health }: CmkDescription): void => {
  if (health !== "enabled") throw errorOfHealth(health);
};
