import { KmsError, type KmsErrorCode, retryAfterMs } from "./kms-error.ts";

type Row = readonly [KmsErrorCode, string];

const DENIED: Row = ["KMS_ACCESS_DENIED", "Azure denies this operation to the connection."];
const DISABLED: Row = ["KMS_KEY_DISABLED", "The key, or this version of it, is disabled in the vault."];
const INVALID: Row = ["KMS_INVALID_CIPHERTEXT", "The vault could not open the wrapped key."];
const MISCONFIGURED: Row = ["KMS_MISCONFIGURED", "The vault does not accept the request."];
const UNAVAILABLE: Row = ["KMS_UNAVAILABLE", "The vault is failing."];

const OTHER_DIRECTORY: Row = [
  "KMS_MISCONFIGURED",
  "The vault belongs to another directory than the connection names.",
];

const NO_CREDENTIALS: Row = [
  "KMS_ACCESS_DENIED",
  "There are no Azure credentials on this machine, or they were refused.",
];
/** Of the SDK's own search for credentials. */
const LOGIN_ERROR =
  /^(CredentialUnavailable|AuthenticationRequired|Authentication|AggregateAuthentication)Error$/;

/** By the inner code where there is one, the outer code otherwise. */
const ROWS: Readonly<Record<string, Row>> = {
  KeyDisabled: DISABLED,
  KeyExpired: ["KMS_KEY_DISABLED", "The key, or this version of it, has expired."],
  KeyNotYetValid: ["KMS_KEY_DISABLED", "The key, or this version of it, is not valid yet."],
  ForbiddenByRbac: DENIED,
  ForbiddenByPolicy: DENIED,
  AccessDenied: DENIED,
  ForbiddenByFirewall: ["KMS_MISCONFIGURED", "The firewall of the vault does not let Keyfold in."],
  ForbiddenByConnection: ["KMS_MISCONFIGURED", "The vault takes private connections alone."],
  KeyOperationForbidden: ["KMS_MISCONFIGURED", "The key does not permit wrapKey and unwrapKey."],
  KeyNotFound: ["KMS_KEY_NOT_FOUND", "The vault has no such key."],
  ObjectIsDeletedButRecoverable: ["KMS_KEY_PENDING_DELETION", "The key was deleted and can be recovered."],
  ObjectIsBeingDeleted: ["KMS_KEY_PENDING_DELETION", "The key is being deleted."],
  Conflict: ["KMS_LIMIT_EXCEEDED", "The vault cannot do this now."],
};

/** What a service says in words alone, where it gives no inner code. */
const SENTENCES: readonly (readonly [RegExp, Row])[] = [
  [/disabled key/i, DISABLED],
  [/expired key|not yet valid/i, DISABLED],
  [/AKV10032/, OTHER_DIRECTORY],
];

/** Of Entra ID: what is wrong is said by the number. */
const AADSTS: Readonly<Record<string, Row>> = {
  "700016": ["KMS_ACCESS_DENIED", "The app is not in the customer's directory (any more)."],
  "7000215": ["KMS_ACCESS_DENIED", "The client secret is wrong."],
  "7000222": ["KMS_ACCESS_DENIED", "The client secret has expired."],
  "700211": ["KMS_ACCESS_DENIED", "The app does not trust the issuer of the keeper's token."],
  "700213": ["KMS_ACCESS_DENIED", "The app does not trust the subject of the keeper's token."],
  "53003": ["KMS_ACCESS_DENIED", "A conditional access policy of the directory keeps the app out."],
  "90002": ["KMS_MISCONFIGURED", "There is no such directory."],
};

/** The error of a failed call of one of the SDKs. `operation` decides what a bad parameter is. */
export const toKmsError = (error: unknown, operation: "unwrap" | "other"): KmsError => {
  const { statusCode: status, code, details, response } = restOf(error);
  const message = error instanceof Error ? error.message : "";
  const number = /AADSTS(\d+)/.exec(message)?.[1];
  if (number !== undefined) {
    const requestId = CORRELATION.exec(message)?.[1];
    return new KmsError(...(AADSTS[number] ?? DENIED), { code: `AADSTS${number}`, status, requestId }, error);
  }
  // The vault's challenge names its directory, and the SDK asks no other for it.
  if (/not configured to acquire tokens for tenant/.test(message))
    return new KmsError(...OTHER_DIRECTORY, { code: "keyfold:other-directory" }, error);
  if (error instanceof Error && LOGIN_ERROR.test(error.name))
    return new KmsError(...NO_CREDENTIALS, { code: error.name }, error);
  const said = details ?? bodyOf(response);
  const inner = said?.error?.innerError?.code ?? said?.error?.innererror?.code;
  const header = (name: string): string | undefined => response?.headers?.get(name);
  const answer = {
    code: inner ?? code,
    status,
    requestId: header("x-ms-request-id"),
    retryAfterMs: retryAfterMs(header("retry-after")),
  };
  return new KmsError(...rowOf(status, inner, code, message, operation), answer, error);
};

const rowOf = (
  status: number | undefined,
  inner: string | undefined,
  code: string | undefined,
  message: string,
  operation: "unwrap" | "other",
): Row => {
  const known =
    (inner && ROWS[inner]) ||
    SENTENCES.find(([sentence]) => sentence.test(message))?.[1] ||
    (code && ROWS[code]);
  if (known) return known;
  if (status === undefined) return ["KMS_BAD_RESPONSE", "The answer of the vault cannot be used."];
  if (status === 429) return ["KMS_THROTTLED", "The vault asks for fewer calls."];
  if (status >= 500) return UNAVAILABLE;
  if (status === 401 || status === 403) return DENIED;
  if (status === 404) return ["KMS_KEY_NOT_FOUND", "The vault has no such key."];
  if (status === 400 && operation === "unwrap") return INVALID;
  if (status >= 400) return MISCONFIGURED;
  return ["KMS_BAD_RESPONSE", "The answer of the vault cannot be used."];
};

type Details = { error?: { innerError?: { code?: string }; innererror?: { code?: string } } };
type Rest = {
  statusCode?: number;
  code?: string;
  details?: Details;
  response?: { headers?: { get(name: string): string | undefined }; bodyAsText?: string | null };
};

/** What the service said, which the SDK leaves out of the error of a listing. */
const bodyOf = (response: Rest["response"]): Details | undefined => {
  try {
    return JSON.parse(response?.bodyAsText ?? "") as Details;
  } catch {
    return undefined;
  }
};

const CORRELATION = /Correlation ID: ([0-9a-f-]{36})/i;

const restOf = (error: unknown): Rest => (error instanceof Error ? (error as Rest) : {});

/** Is this the answer of a vault that has no such key, which may be one that was deleted? */
export const isKeyNotFound = (error: unknown): boolean => restOf(error).statusCode === 404;

/** Is this a refusal of the operation itself, whatever the key's state? */
export const isForbidden = (error: unknown): boolean =>
  restOf(error).statusCode === 403 && toKmsError(error, "other").code === "KMS_ACCESS_DENIED";
