import { DomainError } from "#lib/domain/errors.ts";

/** Length, magic or encoding: found before any key is used. */
export const malformed = (what: string): DomainError =>
  new DomainError("ENVELOPE_MALFORMED", `This is not a ${what}, or it is damaged.`);

/** A version, suite, mode or flag this reader does not know: found before any key is used. */
export const unsupported = (what: string): DomainError =>
  new DomainError("ENVELOPE_UNSUPPORTED", `This ${what} was written in a form that is not supported.`);
