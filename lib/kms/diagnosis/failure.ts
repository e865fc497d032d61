import type { ErrorCode } from "#lib/domain/errors.ts";
import type { PreflightStepName } from "#lib/domain/preflight.ts";

/** What is known of a failure when advice is sought. */
export type Failure = {
  step: PreflightStepName;
  code: ErrorCode;
  providerCode: string | null;
  /** The permission that is missing, where the provider names it. */
  action: string | null;
  externalId: string | null;
};

/** The likely cause, and the exact line to change. */
export type Advice = { cause: string; mend: string };
