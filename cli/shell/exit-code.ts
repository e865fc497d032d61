import type { ErrorCode } from "#lib/domain/errors.ts";

/** What the command line's exit codes mean (`docs/cli.md`). */
export const EXIT = { done: 0, failed: 1, usage: 2, refused: 3, notReachable: 4 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit code of an error's code. */
export const exitCodeOf = (code: ErrorCode): ExitCode => {
  switch (code) {
    case "INVALID_INPUT":
      return EXIT.usage;
    case "UNAUTHENTICATED":
    case "FORBIDDEN":
    case "APPROVAL_REQUIRED":
      return EXIT.refused;
    case "UNAVAILABLE":
      return EXIT.notReachable;
    default:
      return EXIT.failed;
  }
};
