import { DomainError } from "#lib/domain/errors.ts";
import type { EgressAnswer } from "./egress/egress.ts";
import { badResponse, KmsError, type KmsErrorCode, retryAfterMs } from "./kms-error.ts";

type Row = readonly [matches: (status: number, text: string) => boolean, KmsErrorCode, string];

const says = (text: string) => (_: number, errors: string) => errors.includes(text);

/** First match wins: sentences before statuses, since Vault says almost everything with 400. */
const ROWS: readonly Row[] = [
  [says("refusing to use soft-deleted key"), "KMS_KEY_DISABLED", "The transit key is soft-deleted."],
  [
    says("disallowed by policy"),
    "KMS_KEY_DISABLED",
    "The policy of the transit key no longer allows this version.",
  ],
  [says("encryption key not found"), "KMS_KEY_NOT_FOUND", "The KMS has no such transit key."],
  [says("no handler for route"), "KMS_MISCONFIGURED", "No transit engine is mounted at this path."],
  [
    says("missing 'context'"),
    "KMS_MISCONFIGURED",
    "The transit key is derived, and the connection does not bind a context.",
  ],
  [
    says("message authentication failed"),
    "KMS_INVALID_CIPHERTEXT",
    "The KMS could not open the wrapped key.",
  ],
  [says("invalid ciphertext"), "KMS_INVALID_CIPHERTEXT", "The KMS could not open the wrapped key."],
  [says("invalid role or secret ID"), "KMS_ACCESS_DENIED", "Vault refused the AppRole's secret id."],
  [says("error validating token"), "KMS_ACCESS_DENIED", "Vault refused the connection's JWT."],
  [
    (status) => status === 401 || status === 403,
    "KMS_ACCESS_DENIED",
    "Vault denies this operation to the connection.",
  ],
  [(status) => status === 404, "KMS_KEY_NOT_FOUND", "The KMS has no such transit key."],
  [
    (status) => status === 412,
    "KMS_KEY_NOT_READY",
    "This Vault server has not caught up with its cluster yet.",
  ],
  [(status) => status === 429, "KMS_THROTTLED", "Vault asks for fewer calls."],
  [
    (status) => status === 472 || status === 473 || status >= 500,
    "KMS_UNAVAILABLE",
    "Vault is sealed, on standby, or failing.",
  ],
];

/** The error of an answer that is not a success. */
export const toKmsError = (answer: EgressAnswer): KmsError => {
  const errors = errorsOf(answer.body);
  const [, code, sentence] = ROWS.find(([matches]) => matches(answer.status, errors.join("\n"))) ?? [
    null,
    "KMS_MISCONFIGURED" as const,
    "Vault does not accept the request.",
  ];
  return new KmsError(code, sentence, {
    code: `${answer.status}`,
    status: answer.status,
    retryAfterMs: retryAfterMs(answer.headers["retry-after"]),
  });
};

/** What was thrown by anything but an answer: a mistake of ours, or something that is not Vault. */
export const unexpected = (error: unknown): DomainError =>
  error instanceof DomainError
    ? error
    : new KmsError("KMS_BAD_RESPONSE", "The answer of Vault cannot be used.", {}, error);

/** The JSON of an answer. */
export const jsonOf = (answer: EgressAnswer): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(answer.body.toString("utf8"));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    throw badResponse("Vault did not answer with JSON.");
  }
  throw badResponse("Vault did not answer with an object.");
};

const errorsOf = (body: Buffer): string[] => {
  try {
    const { errors } = JSON.parse(body.toString("utf8")) as { errors?: unknown };
    return Array.isArray(errors) ? errors.map(String) : [];
  } catch {
    return [];
  }
};
