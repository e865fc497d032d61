import type { BoundedLog } from "./bounded-log.ts";
import { errorIn } from "./error-line.ts";
import { reportErrors } from "./report-errors.ts";

/** Where a child's lines go. */
export type ChildOutput = {
  onLine(line: string): void;
  /** From now on errors are said as they come; until then the start's one sentence tells the last of them. */
  speak(): void;
  /** The last error it told, or its last words. */
  lastWords(): string | undefined;
};

export const childOutput = (name: string, log: BoundedLog, say: (sentence: string) => void): ChildOutput => {
  const report = reportErrors(name, say);
  let speaking = false;
  let error: string | undefined;
  let line: string | undefined;
  return {
    onLine: (text) => {
      log.write(text);
      error = errorIn(text) || error;
      line = text.trim() || line;
      if (speaking) report(text);
    },
    speak: () => {
      speaking = true;
      error = undefined;
    },
    lastWords: () => error ?? line,
  };
};
