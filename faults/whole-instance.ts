import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "#cli/embedded/free-port.ts";
import { NODE_FLAGS } from "#cli/supervise/node-flags.ts";
import { type Instance, openInstance } from "#cli/shell/instance.ts";

const ROOT = dirname(import.meta.dirname);
const READY_MS = 180_000;
const GONE_MS = 30_000;

/** All of Keyfold as `npm start` runs it, in a process group of its own that can be killed at one blow. */
export type WholeInstance = {
  start(...parameters: string[]): Promise<void>;
  /** SIGKILL for every process of it, PostgreSQL too. */
  kill(): Promise<void>;
  /** Asks its database, as the command line does. */
  ask<T>(what: (instance: Instance) => Promise<T>): Promise<T>;
  env: NodeJS.ProcessEnv;
  remove(): Promise<void>;
};

const groupLives = (pid: number): boolean => {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
};

const killGroup = async (child: ChildProcess): Promise<void> => {
  const pid = child.pid ?? 0;
  if (pid === 0 || !groupLives(pid)) return;
  process.kill(-pid, "SIGKILL");
  for (const until = Date.now() + GONE_MS; groupLives(pid) && Date.now() < until; ) await sleep(20);
};

const untilReady = async (child: ChildProcess): Promise<void> => {
  let said = "";
  const exited = once(child, "exit").then(([code]) => `It ended with ${code}. `);
  const ready = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (said.includes("Keyfold is ready")) resolve("");
      });
    }
  });
  const fault = await Promise.race([exited, ready, sleep(READY_MS, "It was not ready in time. ")]);
  if (fault !== "") throw new Error(`${fault}${said}`);
};

/** An empty data directory and free ports. The console must have been built, as `npm start` does. */
export const wholeInstance = async (more: Record<string, string>): Promise<WholeInstance> => {
  const home = mkdtempSync(join(tmpdir(), "keyfold-faults-"));
  // The database's user must be able to enter.
  chmodSync(home, 0o755);
  const env = {
    PATH: process.env.PATH,
    NODE_ENV: "production" as const,
    PORT: String(await freePort()),
    KEEPER_PORT: String(await freePort()),
    KEYFOLD_DATA_DIR: join(home, "data"),
    KEYFOLD_ADMIN_EMAIL: "owner@example.com",
    KEYFOLD_ADMIN_PASSWORD: "correct horse battery staple 42",
    ...more,
  };
  let running: ChildProcess | undefined;
  const kill = async () => {
    if (running) await killGroup(running);
    running = undefined;
  };
  return {
    env,
    kill,
    start: async (...parameters) => {
      const child = spawn(process.execPath, [...NODE_FLAGS, join(ROOT, "cli", "start.ts"), ...parameters], {
        cwd: ROOT,
        env,
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
      });
      running = child;
      await untilReady(child);
    },
    ask: async (what) => {
      const instance = await openInstance(env);
      try {
        return await what(instance);
      } finally {
        await instance.close();
      }
    },
    remove: async () => {
      await kill();
      rmSync(home, { recursive: true, force: true });
    },
  };
};
