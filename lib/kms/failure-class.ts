import type { ErrorCode } from "#lib/domain/errors.ts";
import type { KmsErrorCode } from "./kms-error.ts";

/** What a failed call asks for: another try, none, or somebody at the provider. */
export type FailureClass = "retry" | "stop" | "operator";

const CLASSES: Readonly<Record<KmsErrorCode, FailureClass>> = {
  KMS_THROTTLED: "retry",
  KMS_UNAVAILABLE: "retry",
  KMS_TIMEOUT: "retry",
  KMS_KEY_NOT_READY: "retry",
  KMS_INVALID_CIPHERTEXT: "stop",
  KMS_BAD_RESPONSE: "stop",
  KMS_ACCESS_DENIED: "operator",
  KMS_KEY_NOT_FOUND: "operator",
  KMS_KEY_DISABLED: "operator",
  KMS_KEY_PENDING_DELETION: "operator",
  KMS_KEY_DESTROYED: "operator",
  KMS_MISCONFIGURED: "operator",
  KMS_LIMIT_EXCEEDED: "operator",
};

/** The class of a failed call to a KMS; null for an error of another group. */
export const failureClass = (code: ErrorCode): FailureClass | null =>
  Object.hasOwn(CLASSES, code) ? CLASSES[code as KmsErrorCode] : null;
