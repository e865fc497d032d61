import type { ErrorCode } from "#lib/domain/errors.ts";

/** What a DEK that could not be moved asks of a person, by its cause. */
export const FAILURE_WORDS: Readonly<Record<string, string>> = {
  DECRYPT_FAILED:
    "The stored bytes do not open under the version they name: they were changed, or belong elsewhere. Restore them, then retry.",
  ENVELOPE_MALFORMED: "The stored bytes are no wrapped DEK or envelope. Restore them, then retry.",
  ENVELOPE_UNSUPPORTED: "Written by a newer Keyfold. Upgrade the keepers, then retry.",
  VERSION_RETIRED: "The version they stand under is retired or unknown here, so nothing opens them.",
} satisfies Partial<Record<ErrorCode, string>>;
