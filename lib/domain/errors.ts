/** Every error code Keyfold can answer with, its HTTP status and whether trying again can help. */
export const ERROR_CODES = {
  UNAUTHENTICATED: { status: 401, retryable: false },
  FORBIDDEN: { status: 403, retryable: false },
  NOT_FOUND: { status: 404, retryable: false },
  INVALID_INPUT: { status: 400, retryable: false },
  TOO_LARGE: { status: 413, retryable: false },
  LIMIT_EXCEEDED: { status: 429, retryable: false },
  INVALID_STATE: { status: 409, retryable: false },
  CONFLICT: { status: 409, retryable: false },
  KEY_MISSING: { status: 409, retryable: false },
  APPROVAL_REQUIRED: { status: 409, retryable: false },
  KMS_ACCESS_DENIED: { status: 409, retryable: false },
  KMS_KEY_NOT_FOUND: { status: 409, retryable: false },
  KMS_KEY_DISABLED: { status: 409, retryable: false },
  KMS_KEY_PENDING_DELETION: { status: 409, retryable: false },
  KMS_KEY_DESTROYED: { status: 409, retryable: false },
  KMS_MISCONFIGURED: { status: 409, retryable: false },
  KMS_LIMIT_EXCEEDED: { status: 409, retryable: false },
  KMS_INVALID_CIPHERTEXT: { status: 422, retryable: false },
  KMS_BAD_RESPONSE: { status: 502, retryable: false },
  KMS_THROTTLED: { status: 503, retryable: true },
  KMS_UNAVAILABLE: { status: 503, retryable: true },
  KMS_TIMEOUT: { status: 503, retryable: true },
  KMS_KEY_NOT_READY: { status: 503, retryable: true },
  ENVELOPE_MALFORMED: { status: 422, retryable: false },
  ENVELOPE_UNSUPPORTED: { status: 422, retryable: false },
  DECRYPT_FAILED: { status: 422, retryable: false },
  KEY_SUSPENDED: { status: 423, retryable: false },
  KEY_SHREDDED: { status: 410, retryable: false },
  VERSION_RETIRED: { status: 410, retryable: false },
  AUDIT_TREE_BROKEN: { status: 500, retryable: false },
  CHECKPOINT_INVALID: { status: 500, retryable: false },
  UNAVAILABLE: { status: 503, retryable: true },
  INTERNAL: { status: 500, retryable: false },
} as const satisfies Record<string, { status: number; retryable: boolean }>;

export type ErrorCode = keyof typeof ERROR_CODES;

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_CODES, code);

export type FieldErrors = Record<string, string[]>;

type DomainErrorOptions = {
  /** The technical cause: logged, never shown. */
  cause?: unknown;
  /** Why, for the audit event alone. Never shown. */
  reason?: string;
  /** One sentence per field of the form or body, safe to show. */
  fields?: FieldErrors;
  /** When trying again makes sense. What is unavailable is asked for again after a second unless told. */
  retryAfterSeconds?: number;
};

const UNAVAILABLE_SECONDS = 1;

/**
 * An error with a stable code and a message that is safe to show to the person or client that caused it.
 * Nobody matches on the message; `code` and `retryable` are the interface.
 */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly status: number;
  readonly reason: string | undefined;
  readonly fields: FieldErrors | undefined;
  /** Whole seconds to wait before trying again; undefined where waiting changes nothing. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: DomainErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "DomainError";
    this.code = code;
    this.retryable = ERROR_CODES[code].retryable;
    this.status = ERROR_CODES[code].status;
    this.reason = options.reason;
    this.fields = options.fields;
    this.retryAfterSeconds =
      options.retryAfterSeconds ?? (this.status === 503 ? UNAVAILABLE_SECONDS : undefined);
  }
}

/** The one message for every failure after a key was used: what failed is in the audit event alone (`docs/formats.md`, Errors). */
export const DECRYPT_FAILED_MESSAGE = "The value could not be decrypted.";

/** A `DECRYPT_FAILED` error; `reason` reaches the audit event only. */
export const decryptFailed = (reason: string): DomainError =>
  new DomainError("DECRYPT_FAILED", DECRYPT_FAILED_MESSAGE, { reason });

/** `NOT_FOUND`, in the same words for what does not exist and for what belongs to somebody else. */
export const notFound = (what: string): DomainError =>
  new DomainError("NOT_FOUND", `There is no such ${what}.`);
