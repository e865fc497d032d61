import { DomainError } from "#lib/domain/errors.ts";
import { errnoOf } from "./durable-file.ts";

/** The KMS error of a failed file operation of the local provider. */
export const toKmsError = (error: unknown): DomainError => {
  if (error instanceof DomainError) return error;
  switch (errnoOf(error)) {
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new DomainError("KMS_ACCESS_DENIED", "The folder of the local KMS refuses access.", {
        cause: error,
      });
    case "ENOSPC":
    case "EDQUOT":
      return new DomainError("KMS_LIMIT_EXCEEDED", "The disk of the local KMS is full.", { cause: error });
    default:
      return new DomainError("KMS_UNAVAILABLE", "The folder of the local KMS cannot be read or written.", {
        cause: error,
      });
  }
};
