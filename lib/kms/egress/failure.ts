import { KmsError, type KmsErrorCode } from "../kms-error.ts";

/** All that is said of a request that got no answer: more would tell a tenant what stands behind the operator's walls. */
const FAILURES = {
  refused: ["KMS_MISCONFIGURED", "The address of the KMS is not allowed"],
  unresolved: ["KMS_MISCONFIGURED", "The host name of the KMS is not known"],
  tls: ["KMS_MISCONFIGURED", "The certificate of the KMS cannot be trusted"],
  unreachable: ["KMS_UNAVAILABLE", "The KMS could not be reached, or broke off"],
  timeout: ["KMS_TIMEOUT", "The KMS did not answer in time"],
  "bad-answer": ["KMS_BAD_RESPONSE", "The answer of the KMS cannot be used"],
} as const satisfies Record<string, readonly [KmsErrorCode, string]>;

export type EgressFailure = keyof typeof FAILURES;

export const egressError = (failure: EgressFailure, why?: string, cause?: unknown): KmsError => {
  const [code, sentence] = FAILURES[failure];
  const message = why === undefined ? `${sentence}.` : `${sentence}: ${why}.`;
  return new KmsError(code, message, { code: `egress:${failure}` }, cause);
};

const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO$|HOSTNAME_MISMATCH)/;

/** Is this the code of a failed handshake? */
export const isTlsError = (code: string): boolean => TLS_CODE.test(code);
