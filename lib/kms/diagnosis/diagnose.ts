import type { ConnectionConfig } from "#lib/domain/connection.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { Diagnosis, PreflightStepName } from "#lib/domain/preflight.ts";
import { KmsError } from "../kms-error.ts";
import { adviseAws } from "./aws.ts";
import { adviseAzure } from "./azure.ts";
import { adviseGcp } from "./gcp.ts";
import { adviseOfAny } from "./any.ts";
import type { Advice, Failure } from "./failure.ts";
import { adviseVault } from "./vault.ts";

const adviceOfProvider = (config: ConnectionConfig, failure: Failure): Advice | null => {
  switch (config.provider) {
    case "aws":
      return adviseAws(config, failure);
    case "azure":
      return adviseAzure(config, failure);
    case "gcp":
      return adviseGcp(config, failure);
    case "vault":
      return adviseVault(config, failure);
  }
};

/** Why a step of a connection's test failed: what was said, the likely cause, and what to change. Never a body, never a secret. */
export const diagnose = (
  config: ConnectionConfig,
  step: PreflightStepName,
  error: unknown,
  externalId: string | null,
): Diagnosis => {
  const known =
    error instanceof DomainError ? error : new DomainError("INTERNAL", "Something went wrong on our side.");
  const answer = known instanceof KmsError ? known.answer : {};
  const failure = {
    step,
    code: known.code,
    providerCode: answer.code ?? null,
    action: answer.action ?? null,
    externalId,
  };
  return {
    code: known.code,
    message: known.message,
    providerCode: failure.providerCode,
    providerStatus: answer.status ?? null,
    requestId: answer.requestId ?? null,
    ...(adviseOfAny(config, failure) ?? adviceOfProvider(config, failure) ?? UNKNOWN),
  };
};

const UNKNOWN: Advice = {
  cause: "The provider's answer fits none of the known causes.",
  mend: "Look the request id up in the provider's log, then test again.",
};
