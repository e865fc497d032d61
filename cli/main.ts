import { constants } from "node:os";
import { runCli } from "#cli/shell/run-cli.ts";

const OPERATION_TIMEOUT_MS = 30_000;
const PARENT_CHECK_MS = 500;

const asked = new AbortController();
let exitWhenAsked = 0;
const end = (signal: "SIGINT" | "SIGTERM"): void => {
  // The second time somebody means it.
  if (asked.signal.aborted) process.exit(exitWhenAsked);
  exitWhenAsked = 128 + constants.signals[signal];
  asked.abort();
};
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => end(signal));
const parent = process.ppid;
setInterval(
  () => process.ppid !== parent && !asked.signal.aborted && end("SIGTERM"),
  PARENT_CHECK_MS,
).unref();

// A reader that has seen enough, such as head, closes the pipe: that ends the command, and is no fault.
process.stdout.on("error", () => asked.abort());
process.stderr.on("error", () => {});

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: asked.signal,
  operationTimeoutMs: OPERATION_TIMEOUT_MS,
});
// What was interrupted may still wait for something.
if (asked.signal.aborted) process.exit(exitWhenAsked || undefined);
