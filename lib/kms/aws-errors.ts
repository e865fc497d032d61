import { KmsError, type KmsErrorCode } from "./kms-error.ts";

type Row = readonly [KmsErrorCode, string];

const DENIED: Row = ["KMS_ACCESS_DENIED", "AWS denies this operation to the connection."];
const UNAVAILABLE: Row = ["KMS_UNAVAILABLE", "AWS KMS is failing, or cannot reach what holds the key."];
const THROTTLED: Row = ["KMS_THROTTLED", "AWS KMS asks for fewer calls."];
const INVALID: Row = ["KMS_INVALID_CIPHERTEXT", "AWS KMS could not open the wrapped key."];

/** By `name`: only modelled exceptions have a class of their own, and the commonest ones are not modelled. */
const ROWS: Readonly<Record<string, Row>> = {
  AccessDeniedException: DENIED,
  AccessDenied: DENIED,
  UnrecognizedClientException: DENIED,
  InvalidClientTokenId: DENIED,
  InvalidSignatureException: DENIED,
  SignatureDoesNotMatch: DENIED,
  IncompleteSignature: DENIED,
  ExpiredTokenException: DENIED,
  ExpiredToken: DENIED,
  InvalidGrantTokenException: DENIED,
  CredentialsProviderError: ["KMS_ACCESS_DENIED", "There are no AWS credentials on this machine."],
  DisabledException: ["KMS_KEY_DISABLED", "The CMK is disabled in AWS KMS."],
  NotFoundException: ["KMS_KEY_NOT_FOUND", "AWS KMS has no such CMK in this account and region."],
  ThrottlingException: THROTTLED,
  Throttling: THROTTLED,
  TooManyRequestsException: THROTTLED,
  RequestLimitExceeded: THROTTLED,
  LimitExceededException: [
    "KMS_LIMIT_EXCEEDED",
    "A limit of AWS KMS is used up; a CMK is rotated on demand 25 times.",
  ],
  ConflictException: [
    "KMS_LIMIT_EXCEEDED",
    "AWS KMS is about to rotate the CMK by itself; try again in 20 minutes.",
  ],
  KMSInternalException: UNAVAILABLE,
  DependencyTimeoutException: UNAVAILABLE,
  KeyUnavailableException: UNAVAILABLE,
  ServiceUnavailableException: UNAVAILABLE,
  InvalidCiphertextException: INVALID,
  IncorrectKeyException: INVALID,
  InvalidKeyUsageException: ["KMS_MISCONFIGURED", "The CMK is not a symmetric one for encryption."],
  UnsupportedOperationException: ["KMS_MISCONFIGURED", "AWS KMS cannot do this with a CMK of this kind."],
  InvalidArnException: ["KMS_MISCONFIGURED", "The ARN of the CMK is not valid."],
  ValidationException: ["KMS_MISCONFIGURED", "AWS KMS does not accept the request."],
  UnknownOperationException: ["KMS_MISCONFIGURED", "The address does not know this operation of AWS KMS."],
  KMSInvalidStateException: ["KMS_KEY_NOT_READY", "The CMK is not in a state for this."],
};

/** Is this the error of a key that waits: for its deletion, its material, its creation? `DescribeKey` tells which. */
export const isInvalidState = (error: unknown): boolean => nameOf(error) === "KMSInvalidStateException";

const DENIED_ACTION = /not authorized to perform: ((?:kms|sts):[A-Za-z]{1,64})/;

/** The error of a failed call of the SDK. */
export const toKmsError = (error: unknown): KmsError => {
  const name = nameOf(error);
  const { httpStatusCode: status, requestId } = metadataOf(error);
  const action = error instanceof Error ? DENIED_ACTION.exec(error.message)?.[1] : undefined;
  const answer = { code: name, status, requestId, action };
  const row = Object.hasOwn(ROWS, name) ? ROWS[name] : undefined;
  if (row) return new KmsError(...row, answer, error);
  if (status !== undefined && status >= 500) return new KmsError(...UNAVAILABLE, answer, error);
  if (status === 429) return new KmsError(...THROTTLED, answer, error);
  if (status !== undefined && status >= 400)
    return new KmsError("KMS_MISCONFIGURED", "AWS KMS does not accept the request.", answer, error);
  return new KmsError("KMS_BAD_RESPONSE", "The answer of AWS KMS cannot be used.", answer, error);
};

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "");

const metadataOf = (error: unknown): { httpStatusCode?: number; requestId?: string } =>
  error instanceof Error &&
  "$metadata" in error &&
  typeof error.$metadata === "object" &&
  error.$metadata !== null
    ? error.$metadata
    : {};
