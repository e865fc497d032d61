import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";

const BYTES_MAX = 10 * 1024 * 1024;

export type BoundedLog = { path: string; write(line: string): void };

/** A log file that never takes more than twice `bytesMax`: when it is full it becomes `<path>.1`, in place of the one before. */
export const openLog = (path: string, bytesMax: number = BYTES_MAX): BoundedLog => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return {
    path,
    write: (line) => {
      const text = `${line}\n`;
      try {
        if (bytes > 0 && bytes + text.length > bytesMax) {
          renameSync(path, `${path}.1`);
          bytes = 0;
        }
        appendFileSync(path, text, { mode: 0o600 });
        bytes += Buffer.byteLength(text);
      } catch {
        // A full disk must not take the service down with its log.
      }
    },
  };
};
