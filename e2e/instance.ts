import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "#cli/embedded/free-port.ts";
import { NODE_FLAGS } from "#cli/supervise/node-flags.ts";

const ROOT = dirname(import.meta.dirname);
const READY_SECONDS_MAX = 120;

/** What a test needs to know of the Keyfold it tests. */
export type TestInstance = {
  baseUrl: string;
  keeperUrl: string;
  dataDir: string;
  admin: { email: string; password: string };
};

export type RunningTestInstance = TestInstance & {
  /** The supervisor, as `npm start` would run it. */
  process: ChildProcess;
  /** Stops it as an operator would, and removes its data. */
  stop(): Promise<void>;
};

const untilReady = (child: ChildProcess, lines: string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const fail = (what: string) => reject(new Error(`${what}\n${lines.join("\n")}`));
    const timer = setTimeout(
      () => fail(`Keyfold was not ready after ${READY_SECONDS_MAX} s.`),
      READY_SECONDS_MAX * 1000,
    );
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        if (!line.startsWith("Keyfold is ready: ")) return;
        clearTimeout(timer);
        resolve();
      });
    }
    child.once("exit", (code) => {
      clearTimeout(timer);
      fail(`Keyfold ended with exit code ${code}.`);
    });
  });

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
};

/** Starts a Keyfold of its own: free ports, an empty data directory, a known first admin. The console must be built. */
export const startTestInstance = async (
  env: Record<string, string> = {},
  parameters: readonly string[] = ["--empty"],
): Promise<RunningTestInstance> => {
  const home = mkdtempSync(join(tmpdir(), "keyfold-e2e-"));
  chmodSync(home, 0o755);
  const dataDir = join(home, "data");
  const [port, keeperPort] = [await freePort(), await freePort()];
  const admin = { email: "owner@example.com", password: "correct horse battery staple 42" };
  const child = spawn(process.execPath, [...NODE_FLAGS, join(ROOT, "cli", "start.ts"), ...parameters], {
    cwd: ROOT,
    env: {
      ...process.env,
      PORT: String(port),
      KEEPER_PORT: String(keeperPort),
      KEYFOLD_DATA_DIR: dataDir,
      KEYFOLD_ADMIN_EMAIL: admin.email,
      KEYFOLD_ADMIN_PASSWORD: admin.password,
      // Emulators of a KMS, on ports that are free when a test starts one.
      KEYFOLD_KMS_ALLOW: "http://127.0.0.1",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  await untilReady(child, []);
  return {
    baseUrl: `http://localhost:${port}`,
    keeperUrl: `http://127.0.0.1:${keeperPort}`,
    dataDir,
    admin,
    process: child,
    stop: async () => {
      await stop(child);
      rmSync(home, { recursive: true, force: true });
    },
  };
};

/** Hands the instance of the whole run to the tests, which run in other processes. */
export const shareInstance = ({ baseUrl, keeperUrl, dataDir, admin }: TestInstance): void => {
  process.env.KEYFOLD_E2E_URL = baseUrl;
  process.env.KEYFOLD_E2E_INSTANCE = JSON.stringify({ baseUrl, keeperUrl, dataDir, admin });
};

/** The instance that the run was started with. */
export const sharedInstance = (): TestInstance => {
  const text = process.env.KEYFOLD_E2E_INSTANCE;
  if (text === undefined)
    throw new Error("No Keyfold was started for this run: e2e/global-setup.ts does that.");
  return JSON.parse(text) as TestInstance;
};
