import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { NODE_FLAGS } from "#cli/supervise/node-flags.ts";

const ROOT = dirname(dirname(import.meta.dirname));
const READY_MS = 60_000;

/** A real keeper process, which this run starts and kills itself. */
export type KeeperProcess = {
  url: string;
  /** It has not ended by itself. */
  lives(): boolean;
  /** SIGKILL: it gets to do nothing more. */
  kill(): Promise<void>;
  stop(): Promise<void>;
};

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
};

/** Starts `keeper/main.ts` and waits until it serves. */
export const startKeeper = async (env: Record<string, string>, port: number): Promise<KeeperProcess> => {
  const child = spawn(process.execPath, [...NODE_FLAGS, join(ROOT, "keeper", "main.ts")], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH ?? "",
      // Compiled once, each start takes half the time.
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      NODE_ENV: "production",
      KEYFOLD_LOG_LEVEL: "error",
      KEEPER_PORT: String(port),
      ...env,
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const url = `http://127.0.0.1:${port}`;
  const until = Date.now() + READY_MS;
  for (;;) {
    const ready = await fetch(`${url}/readyz`).catch(() => null);
    if (ready?.ok) break;
    if (child.exitCode !== null || Date.now() > until) {
      await end(child, "SIGKILL");
      throw new Error("The keeper did not become ready.");
    }
    await sleep(100);
  }
  return {
    url,
    lives: () => child.exitCode === null && child.signalCode === null,
    kill: () => end(child, "SIGKILL"),
    stop: () => end(child, "SIGTERM"),
  };
};
