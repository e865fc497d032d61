import type { ErrorCode } from "#lib/domain/errors.ts";
import { DomainError } from "#lib/domain/errors.ts";

/** An operation that did not come to a good end, with the id by which it is found. */
export class OperationError extends DomainError {
  readonly operation: string;

  constructor(code: ErrorCode, message: string, operation: string) {
    super(code, message);
    this.operation = operation;
  }
}
