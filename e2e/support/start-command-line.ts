import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { NODE_FLAGS } from "#cli/supervise/node-flags.ts";

/** Starts the process that runs the command lines of the specs on `dataDir`, and tells the specs where it is. */
export const startCommandLine = async (dataDir: string): Promise<() => Promise<void>> => {
  const child = spawn(process.execPath, [...NODE_FLAGS, join(import.meta.dirname, "command-line.ts")], {
    env: { ...process.env, KEYFOLD_DATA_DIR: dataDir },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const [port] = await Promise.race([
    once(child.stdout, "data"),
    ended.then(() => Promise.reject(new Error("The command line of the specs did not start."))),
  ]);
  process.env.KEYFOLD_E2E_COMMAND_LINE = `http://127.0.0.1:${String(port).trim()}`;
  return async () => {
    child.stdin.end();
    await ended;
  };
};
