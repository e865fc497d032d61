import { spawn } from "node:child_process";
import { DomainError } from "#lib/domain/errors.ts";
import type { RunAs } from "./run-as.ts";

/** What PostgreSQL may see of the environment: none of Keyfold's secrets, and no PG… variable that would steer it. */
export const databaseEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  NODE_ENV: "production",
  SystemRoot: process.env.SystemRoot,
  LC_ALL: "C",
  TZ: "UTC",
});

/** Runs one of PostgreSQL's programs to its end, as the database user. */
export const runProgram = (
  program: string,
  parameters: string[],
  { user, input = "" }: { user: RunAs; input?: string },
): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, parameters, {
      ...user,
      cwd: "/",
      env: databaseEnvironment(),
      stdio: "pipe",
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    child.once("error", (cause) => reject(failed(program, cause.message, cause)));
    child.once("close", (code) => (code === 0 ? resolve() : reject(failed(program, output))));
  });

const failed = (program: string, output: string, cause?: unknown): DomainError => {
  const lines = output.trim().split("\n");
  const telling = lines.findLast((line) => /FATAL|ERROR|PANIC|error:/.test(line)) ?? lines.at(-1) ?? "";
  return new DomainError("UNAVAILABLE", `The embedded PostgreSQL could not be prepared: ${telling.trim()}`, {
    cause: cause ?? new Error(`${program}: ${output}`),
  });
};
