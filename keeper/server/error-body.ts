import { DomainError } from "#lib/domain/errors.ts";
import type { ErrorCode, FieldErrors } from "#lib/domain/errors.ts";

export type ErrorBody = {
  error: { code: ErrorCode; message: string; request_id: string; fields?: FieldErrors };
};

/** What every refusal of the data plane looks like. */
export const errorBody = (error: DomainError, requestId: string): ErrorBody => ({
  error: {
    code: error.code,
    message: error.message,
    request_id: requestId,
    ...(error.fields ? { fields: error.fields } : {}),
  },
});

const tooLarge = (): DomainError => new DomainError("TOO_LARGE", "A request's body has at most 24 MiB.");
const badRequest = (): DomainError =>
  new DomainError("INVALID_INPUT", "The request could not be read. Look at its path, headers and body.");

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

const statusOf = (error: unknown): number =>
  error instanceof Error && "statusCode" in error && typeof error.statusCode === "number"
    ? error.statusCode
    : 500;

/** Any error as one of ours. The framework's own words are never sent: some repeat parts of the request. */
export const toAnswer = (error: unknown): DomainError => {
  if (error instanceof DomainError && error.code !== "INTERNAL") return error;
  switch (codeOf(error)) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return tooLarge();
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new DomainError("INVALID_INPUT", "A body is JSON, with the content type application/json.");
    case "FST_ERR_BAD_URL":
      return new DomainError("INVALID_INPUT", "The path is not percent-encoded UTF-8.");
    default:
  }
  if (statusOf(error) < 500) return badRequest();
  return new DomainError("INTERNAL", "Something went wrong. Give support the request's id.", {
    cause: error,
  });
};
