import type { Logger } from "pino";
import { pino } from "pino";

/** What an error may say in the log: its kind, code and place, never what a provider or value was. */
const describe = (error: unknown): Record<string, unknown> => {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  return {
    type: error.name,
    code,
    // PostgreSQL repeats rejected values in `detail` and `where`; neither is copied. Its message names tables and columns alone.
    message: error.message.slice(0, 300),
    stack: error.stack
      ?.split("\n")
      .slice(1, 6)
      .map((line) => line.trim()),
    cause: error.cause === undefined ? undefined : describe(error.cause),
  };
};

/** JSON lines on standard output. */
export const createLog = (name: string): Logger =>
  pino({ name, level: process.env.KEYFOLD_LOG_LEVEL ?? "info", serializers: { err: describe } });
