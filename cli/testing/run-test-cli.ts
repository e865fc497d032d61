import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { runCli } from "#cli/shell/run-cli.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";

/** What a command line printed and how it ended. */
export type Printed = { exit: number; out: string; err: string; json: unknown };

const collector = () => {
  const chunks: string[] = [];
  const stream = new Writable({
    write: (chunk: Buffer | string, _, done) => {
      chunks.push(String(chunk));
      done();
    },
  });
  return { stream, text: () => chunks.join("") };
};

const lastJson = (out: string): unknown => {
  try {
    return JSON.parse(out.trimEnd().split("\n").at(-1) ?? "");
  } catch {
    return undefined;
  }
};

type TestCliOptions = { stdin?: string; dataDir?: string; operationTimeoutMs?: number; signal?: AbortSignal };

/** Runs one command line in this process. */
export const runTestCli = async (
  argv: readonly string[],
  { stdin = "", dataDir = "/nonexistent", operationTimeoutMs = 10_000, signal }: TestCliOptions = {},
): Promise<Printed> => {
  const stdout = collector();
  const stderr = collector();
  const exit = await runCli(argv, {
    env: { ...process.env, KEYFOLD_DATA_DIR: dataDir },
    stdin: Readable.from([stdin]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    signal: signal ?? new AbortController().signal,
    operationTimeoutMs,
  });
  return { exit, out: stdout.text(), err: stderr.text(), json: lastJson(stdout.text()) };
};

/** A data directory whose credentials lead to a suite's database. */
export const createTestDataDir = (t: TestDatabase): { dataDir: string; remove(): void } => {
  const dataDir = mkdtempSync(join(tmpdir(), "keyfold-cli-"));
  const credentials = { ...t.urls, nextauthSecret: "s".repeat(32) };
  writeFileSync(join(dataDir, "credentials.json"), JSON.stringify(credentials), { mode: 0o600 });
  return { dataDir, remove: () => rmSync(dataDir, { recursive: true, force: true }) };
};
