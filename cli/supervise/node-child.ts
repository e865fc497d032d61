import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { NODE_FLAGS } from "./node-flags.ts";
import type { Life } from "./supervise.ts";
import { untilAnswers } from "./until-answers.ts";

export type NodeChildOptions = {
  script: string;
  /** What is loaded before it. */
  preload?: URL;
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Answers 200 when the child serves. */
  readyUrl: string;
  /** How long a child that was asked to end may take. */
  killAfterMs: number;
  onLine: (line: string) => void;
};

const endOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) =>
      resolve(signal === null ? `exit code ${code}` : `signal ${signal}`),
    );
  });

const stop = async (child: ChildProcess, exited: Promise<string>, killAfterMs: number): Promise<void> => {
  child.kill("SIGTERM");
  const straggler = setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  await exited;
  clearTimeout(straggler);
};

/** Starts a script on this Node, away from the terminal's signals and on a leash. */
export const beginNodeChild = ({
  script,
  preload,
  cwd,
  env,
  readyUrl,
  killAfterMs,
  onLine,
}: NodeChildOptions): Life => {
  const leash = new URL("./leash.ts", import.meta.url).href;
  const child = spawn(
    process.execPath,
    [...NODE_FLAGS, "--import", leash, ...(preload ? ["--import", preload.href] : []), script],
    {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
    },
  );
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", onLine);
  const exited = endOf(child);
  return {
    pid: child.pid,
    exited,
    ready: untilAnswers(readyUrl, exited),
    stop: () => stop(child, exited, killAfterMs),
  };
};
