import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const reader = fileURLToPath(new URL("./keyfold_reader.py", import.meta.url));

export type ReaderRun = {
  status: number | null;
  out: string;
  err: string;
  /** What it wrote, line by line. */
  lines: Record<string, unknown>[];
  failures: Record<string, unknown>[];
};

const python = (args: readonly string[], input: string) =>
  spawnSync("python3", args, {
    input,
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
  });

/** On Windows `python3` may be a stub that only opens a shop. */
export const hasPython = python(["-c", "import sys; assert sys.version_info >= (3, 8)"], "").status === 0;

/** What a suite says where there is no Python, which Keyfold itself does not need. */
export const NO_PYTHON =
  "NOT RUN: the reader in Python, because there is no python3 (3.8 or newer) on the PATH.";

const jsonLines = (text: string): Record<string, unknown>[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));

/** Runs the reader in Python, which follows docs/formats.md and shares no code with Keyfold. */
export const runReader = (args: readonly string[], input = ""): ReaderRun => {
  const { status, stdout, stderr } = python([reader, ...args], input);
  return { status, out: stdout, err: stderr, lines: jsonLines(stdout), failures: jsonLines(stderr) };
};
