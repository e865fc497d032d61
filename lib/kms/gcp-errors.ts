import type { EgressAnswer } from "./egress/egress.ts";
import { KmsError, type KmsErrorCode, retryAfterMs } from "./kms-error.ts";

type Row = readonly [KmsErrorCode, string];

const DENIED: Row = [
  "KMS_ACCESS_DENIED",
  "Google Cloud denies this operation to the connection, or there is no such key.",
];
const MISCONFIGURED: Row = ["KMS_MISCONFIGURED", "Google Cloud KMS does not accept the request."];
const INVALID: Row = ["KMS_INVALID_CIPHERTEXT", "Google Cloud KMS could not open the wrapped key."];
const UNAVAILABLE: Row = ["KMS_UNAVAILABLE", "Google Cloud KMS is failing."];

/** By the number of gRPC, which its REST answers carry too. */
const ROWS: Readonly<Record<number, Row>> = {
  3: MISCONFIGURED,
  4: ["KMS_TIMEOUT", "Google Cloud KMS did not answer in time."],
  5: ["KMS_KEY_NOT_FOUND", "Google Cloud KMS has no such key or version."],
  7: DENIED,
  8: ["KMS_THROTTLED", "Google Cloud KMS asks for fewer calls."],
  9: ["KMS_KEY_NOT_READY", "The key version is not in a state for this."],
  10: ["KMS_KEY_NOT_READY", "The key version is being changed."],
  12: MISCONFIGURED,
  13: UNAVAILABLE,
  14: UNAVAILABLE,
  16: DENIED,
};

const STATES: readonly (readonly [RegExp, Row])[] = [
  [/DESTROY_SCHEDULED/, ["KMS_KEY_PENDING_DELETION", "The key version is scheduled for destruction."]],
  [/DESTROYED/, ["KMS_KEY_DESTROYED", "The key version was destroyed."]],
  [/DISABLED/, ["KMS_KEY_DISABLED", "The key version is disabled."]],
  [/PENDING_(GENERATION|IMPORT)/, ["KMS_KEY_NOT_READY", "The key version waits for its material."]],
];

const NUMBERS: Readonly<Record<string, number>> = {
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
};

type Status = { number: number | undefined; text: string; httpStatus?: number; retryAfter?: string };

const GRPC_FAILED_PRECONDITION = 9;
const GRPC_PERMISSION_DENIED = 7;
const GRPC_INVALID_ARGUMENT = 3;

const rowOf = ({ number, text, httpStatus }: Status): Row => {
  if (number === GRPC_FAILED_PRECONDITION) {
    const state = STATES.find(([word]) => word.test(text));
    if (state) return state[1];
  }
  if (number === GRPC_PERMISSION_DENIED && SWITCHED_OFF.test(text))
    return ["KMS_MISCONFIGURED", "Cloud KMS is switched off for the project, or its billing is."];
  // One answer for bytes that were changed, another key's, and other pairs.
  if (number === GRPC_INVALID_ARGUMENT && /decryption failed/i.test(text)) return INVALID;
  const row = number === undefined ? undefined : ROWS[number];
  if (row) return row;
  if (httpStatus === 429) return ["KMS_THROTTLED", "Google Cloud KMS asks for fewer calls."];
  if (httpStatus !== undefined && httpStatus >= 500) return UNAVAILABLE;
  if (httpStatus !== undefined && httpStatus >= 400) return MISCONFIGURED;
  return ["KMS_BAD_RESPONSE", "The answer of Google Cloud KMS cannot be used."];
};

/** The error of an answer over REST that is not a success. */
export const errorOfAnswer = (answer: EgressAnswer): KmsError => {
  const text = answer.body.toString("utf8");
  const { status, requestId } = saidIn(text);
  const number = status === undefined ? undefined : NUMBERS[status];
  return new KmsError(...rowOf({ number, text, httpStatus: answer.status }), {
    code: SWITCHED_OFF.exec(text)?.[0] ?? status,
    status: answer.status,
    requestId,
    action: DENIED_PERMISSION.exec(text)?.[1],
    retryAfterMs: retryAfterMs(answer.headers["retry-after"]),
  });
};

/** The error of a login that was refused: OAuth answers with 400 for a signature that is wrong. */
export const errorOfLogin = (answer: EgressAnswer): KmsError =>
  answer.status === 400 || answer.status === 401
    ? new KmsError("KMS_ACCESS_DENIED", "Google Cloud refused the login of the connection.", {
        code: "invalid_grant",
        status: answer.status,
      })
    : errorOfAnswer(answer);

/** The error of credentials that the SDK could not get: nobody answered, or there are none, or they were refused. */
export const errorOfAmbient = (error: unknown): KmsError => {
  const { code, status } = (error ?? {}) as { code?: unknown; status?: unknown };
  const isAway = typeof code === "string" && /^E[A-Z]+$/.test(code);
  if (isAway || (typeof status === "number" && status >= 500))
    return new KmsError("KMS_UNAVAILABLE", "Google Cloud's login did not answer.", {}, error);
  return new KmsError(
    "KMS_ACCESS_DENIED",
    "There are no Google Cloud credentials on this machine, or they were refused.",
    {},
    error,
  );
};

/** The error of a failed call of the SDK. */
export const toKmsError = (error: unknown): KmsError => {
  const number = error instanceof Error && "code" in error ? Number(error.code) : Number.NaN;
  const text = error instanceof Error ? `${error.message} ${detailsOf(error)}` : "";
  const row = rowOf({ number: Number.isInteger(number) ? number : undefined, text });
  return new KmsError(...row, { code: Number.isInteger(number) ? `gRPC ${number}` : undefined }, error);
};

const detailsOf = (error: Error): string =>
  "statusDetails" in error
    ? JSON.stringify(error.statusDetails, (_, value) => (typeof value === "bigint" ? String(value) : value))
    : "";

type Said = { status?: string; requestId?: string };

/** The status of an error, and the request's id where the answer has one (`google.rpc.RequestInfo`). */
const saidIn = (text: string): Said => {
  try {
    const { error } = JSON.parse(text) as { error?: { status?: unknown; details?: unknown } };
    const details = Array.isArray(error?.details) ? (error.details as { requestId?: unknown }[]) : [];
    const requestId = details.map((detail) => detail.requestId).find((id) => typeof id === "string");
    return { status: typeof error?.status === "string" ? error.status : undefined, requestId };
  } catch {
    return {};
  }
};

const SWITCHED_OFF = /SERVICE_DISABLED|BILLING_DISABLED/;
const DENIED_PERMISSION = /Permission '([a-zA-Z.]{1,80})' denied/;
