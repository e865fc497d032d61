import { DomainError } from "../lib/domain/errors.ts";

const codeOf = (error: unknown): string | undefined => {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string" && !(at instanceof DomainError)) return at.code;
  }
  return undefined;
};

/** The constraint or unique index behind a PostgreSQL error, if it names one. */
export const violatedConstraint = (error: unknown): string | undefined => {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("constraint_name" in at && typeof at.constraint_name === "string") return at.constraint_name;
  }
  return undefined;
};

export const isUniqueViolation = (error: unknown): boolean => codeOf(error) === "23505";

/** Bytes that should have been text are none. */
export const isNoText = (error: unknown): boolean => codeOf(error) === "22021";

const AWAY = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "25P03", // idle_in_transaction_session_timeout
  "57P05", // idle_session_timeout
  "ENOENT",
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
  "57014", // query_canceled, by the role's statement timeout
  "53300", // too_many_connections
  "53100", // disk_full
  "53200", // out_of_memory
  "25006", // read_only_sql_transaction: a standby
  "40001", // serialization_failure
  "40P01", // deadlock_detected
]);

/** The database's "not now" as `UNAVAILABLE`; everything else as it is. */
export const toDomainError = (error: unknown): unknown => {
  if (error instanceof DomainError) return error;
  const code = codeOf(error);
  if (code !== undefined && (AWAY.has(code) || code.startsWith("08"))) {
    return new DomainError("UNAVAILABLE", "The database is not available at the moment. Try again.", {
      cause: error,
    });
  }
  return error;
};
